/* watch.c: see watch.h. Changes that come close to each other are told as one. */
#include "madoguchi/desk/watch.h"
#include "madoguchi/desk/store-session.h"

#define GATHER_MS 50
#define MAX_WAIT_SECONDS 1 /* so soon does the page know that a session is over */
#define MAX_SESSIONS 2000
#define MAX_WAITING 50 /* the page needs one */

struct _MadoWatch {
  MadoStore *store;
  gint64 serial; /* grows with every change, and over restarts */
  GQueue waiting; /* of MadoCall */
  guint gather, tick;
};

/* Those of the sessions that @call names which are over. One that cannot be looked up now is asked for again soon. */
static GVariant *
find_ended (const MadoWatch *watch, const MadoCall *call)
{
  const MadoDesk *desk = call->desk;
  gint64 now = desk->now ();
  gint64 begun = now - mado_conf_int (desk->conf, "web", "session-limit"), seen = now - mado_conf_int (desk->conf, "web", "session-idle");
  g_autofree const char **names = NULL;
  GVariantBuilder builder;
  gboolean is_open;

  g_variant_lookup (call->request.body, "sessions", "^a&s", &names);
  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (gsize i = 0; names != NULL && names[i] != NULL && i < MAX_SESSIONS; i++)
    if (mado_store_is_session_open (watch->store, names[i], begun, seen, &is_open, NULL) && !is_open)
      g_variant_builder_add (&builder, "s", names[i]);
  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

static void
answer (MadoWatch *watch, MadoCall *call)
{
  g_autoptr (GVariant) ended = find_ended (watch, call);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "serial", "x", watch->serial);
  g_variant_dict_insert_value (&dict, "ended", ended);
  mado_call_answer (call, g_variant_dict_end (&dict), -1);
}

static void
answer_all (MadoWatch *watch)
{
  GQueue waiting = watch->waiting;
  MadoCall *call;

  g_queue_init (&watch->waiting);
  while ((call = g_queue_pop_head (&waiting)) != NULL)
    answer (watch, call);
}

static gboolean
on_gathered (gpointer data)
{
  MadoWatch *watch = data;

  watch->gather = 0;
  watch->serial = MAX (watch->serial + 1, g_get_real_time () / 1000);
  answer_all (watch);
  return G_SOURCE_REMOVE;
}

static void
on_change (gpointer data)
{
  MadoWatch *watch = data;

  if (watch->gather == 0)
    watch->gather = g_timeout_add (GATHER_MS, on_gathered, watch);
}

/* So that whoever asks knows that we are still here, and we do not keep questions of somebody who is gone. */
static gboolean
on_tick (gpointer data)
{
  answer_all (data);
  return G_SOURCE_CONTINUE;
}

MadoWatch *
mado_watch_new (MadoStore *store)
{
  MadoWatch *watch = g_new0 (MadoWatch, 1);

  watch->store = store;
  watch->serial = g_get_real_time () / 1000;
  watch->tick = g_timeout_add_seconds (MAX_WAIT_SECONDS, on_tick, watch);
  mado_store_set_listener (store, on_change, watch);
  return watch;
}

void
mado_watch_free (MadoWatch *watch)
{
  if (watch == NULL)
    return;
  mado_store_set_listener (watch->store, NULL, NULL);
  g_clear_handle_id (&watch->gather, g_source_remove);
  g_clear_handle_id (&watch->tick, g_source_remove);
  answer_all (watch);
  g_free (watch);
}

void
mado_verb_watch (MadoCall *call)
{
  MadoWatch *watch = call->desk->watch;
  gint64 since = 0;

  g_variant_lookup (call->request.body, "since", "x", &since);
  if (watch->serial != since || g_queue_get_length (&watch->waiting) >= MAX_WAITING)
    answer (watch, call);
  else
    g_queue_push_tail (&watch->waiting, call);
}
