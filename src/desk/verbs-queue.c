/* verbs-queue.c: see verbs-queue.h. Which change is allowed is said by the rules (state-rule.h); here they are only asked. */
#include "madoguchi/desk/verbs-queue.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-queue.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

#define MAX_REASON (1024 * 1024)

/* (transfer full) what a member wrote, as it may stand in a thread; NULL: nothing but blanks. */
static char *
read_words (const MadoCall *call, const char *name)
{
  const char *text = mado_verbs_string (call, name);
  char *visible = text != NULL ? g_strstrip (mado_text_visible (text)) : NULL;

  if (visible != NULL && *visible == '\0')
    g_clear_pointer (&visible, g_free);
  return visible;
}

static gboolean
apply_state (const MadoCall *call, gint64 id, GError **error)
{
  MadoStore *store = call->desk->store;
  gint64 now = call->desk->now ();
  const char *state = mado_verbs_string (call, "state");
  g_autofree char *reason = read_words (call, "reason");
  g_autoptr (MadoIncident) incident = mado_store_load_summary (store, id, error);

  if (incident == NULL)
    return FALSE;
  const MadoStateFacts facts = { incident->owner != NULL, reason != NULL };
  if (!mado_state_check (incident->state, state, &facts, error)) {
    g_prefix_error (error, "%s: ", incident->ticket);
    return FALSE;
  }
  g_autofree char *text
      = g_strdup_printf ("State: %s (was %s)%s%s", state, incident->state, reason != NULL ? ". " : "", reason != NULL ? reason : "");
  return mado_store_set_state (store, id, state, now, error)
         && mado_store_add_event (store, id, call->member, text, now, error);
}

void
mado_verb_state (MadoCall *call)
{
  const char *state = mado_verbs_string (call, "state");
  const char *reason = mado_verbs_string (call, "reason");

  if (state == NULL || !mado_state_is (state))
    mado_verbs_fail_usage (call, "the state must be new, open, waiting, resolved or rejected");
  else if (reason != NULL && strlen (reason) > MAX_REASON)
    mado_verbs_fail_usage (call, "the reason is too long");
  else
    mado_verbs_change (call, apply_state);
}

/* --- what a member has read ----------------------------------------------------------------------------- */

/* No change of the ticket: nobody else sees it. */
typedef struct {
  MadoStore *store;
  MadoCall *call; /* waits for it; NULL: nobody does */
  char *login;
  gint64 id, entry;
} Reading;

static void
reading_free (Reading *reading)
{
  g_free (reading->login);
  g_free (reading);
}

static gboolean
apply_read (gpointer data, GError **error)
{
  const Reading *reading = data;

  return mado_store_set_seen (reading->store, reading->login, reading->id, reading->entry, error);
}

static void
on_read (gpointer data, const GError *error)
{
  (void) error; /* it stays unread: nothing is lost */
  reading_free (data);
}

void
mado_verbs_mark_read (MadoDesk *desk, const char *login, gint64 id, const MadoIncident *incident)
{
  Reading *reading;

  if (incident->thread->len == 0)
    return;
  reading = g_new0 (Reading, 1);
  reading->store = desk->store;
  reading->login = g_strdup (login);
  reading->id = id;
  reading->entry = ((const MadoEntry *) incident->thread->pdata[incident->thread->len - 1])->id;
  mado_batch_add_lazy (desk->batch, apply_read, on_read, reading);
}

static gboolean
apply_unread (gpointer data, GError **error)
{
  const Reading *reading = data;

  return mado_store_set_unseen (reading->store, reading->login, reading->id, error);
}

static void
on_unread (gpointer data, const GError *error)
{
  Reading *reading = data;
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoIncident) incident = error == NULL ? mado_store_load_summary (reading->store, reading->id, &problem) : NULL;
  GVariantDict dict;

  if (incident == NULL || !mado_store_fill_unread (reading->store, incident, reading->login, &problem)) {
    mado_call_fail (reading->call, error != NULL ? error : problem);
  } else {
    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "ticket", "s", incident->ticket);
    g_variant_dict_insert (&dict, "unread", "x", incident->unread);
    mado_call_answer (reading->call, g_variant_dict_end (&dict), -1);
  }
  reading_free (reading);
}

void
mado_verb_unread (MadoCall *call)
{
  Reading *reading;
  gint64 id;

  if (!mado_verbs_ticket (call, &id))
    return;
  reading = g_new0 (Reading, 1);
  reading->store = call->desk->store;
  reading->call = call;
  reading->login = g_strdup (call->member);
  reading->id = id;
  mado_batch_add (call->desk->batch, apply_unread, on_unread, reading);
}
