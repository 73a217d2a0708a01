/* refresh.c: see refresh.h. One address after the other: nobody can tell from a burst of questions whom the team knows. */
#include "madoguchi/desk/refresh.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/seeker.h"
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-look-up.h"

#include <string.h>

#define CHECK_SECONDS 3600
#define DAY 86400
#define KNOWN_MAX 100000
#define TARGETS_MAX 10000
#define PURGE_AFTER (7 * DAY)

struct _MadoRefresher {
  MadoDesk *desk;
  GPtrArray *runs; /* of Run */
  guint timer;
};

typedef struct {
  MadoRefresher *refresher;
  char *subject;
  gboolean is_daily;
  GPtrArray *targets; /* NULL: not known yet */
  guint next;
  GPtrArray *results; /* of MadoFoundKey */
  MadoRefreshDone done; /* NULL: nobody waits (any more) */
  gpointer data;
  guint timer;
} Run;

static void
target_free (MadoRefreshTarget *target)
{
  g_free (target->address);
  g_free (target->fingerprint);
  g_free (target);
}

static void
run_free (Run *run)
{
  mado_seeker_forget (run->refresher->desk->seeker, run);
  g_clear_handle_id (&run->timer, g_source_remove);
  g_clear_pointer (&run->targets, g_ptr_array_unref);
  g_ptr_array_unref (run->results);
  g_free (run->subject);
  g_free (run);
}

/* --- whom to look for -------------------------------------------------------------------------------------- */

static void
add_target (GPtrArray *targets, const char *address, const char *fingerprint)
{
  MadoRefreshTarget *target;

  if (address == NULL || strchr (address, '@') == NULL || targets->len >= TARGETS_MAX)
    return;
  for (guint i = 0; i < targets->len; i++)
    if (mado_text_same_address (((const MadoRefreshTarget *) targets->pdata[i])->address, address))
      return;
  target = g_new0 (MadoRefreshTarget, 1);
  target->address = g_strdup (address);
  target->fingerprint = g_strdup (fingerprint);
  g_ptr_array_add (targets, target);
}

/* Whose key is it, as far as the house has to do with him? */
static void
add_addresses (GPtrArray *targets, const MadoKey *key, const GPtrArray *known)
{
  static const char *const kinds[] = { "pin", "certified", "found", NULL };

  for (guint i = 0; i < key->statements->len; i++) {
    const MadoKeyStatement *statement = key->statements->pdata[i];
    if (statement->kind != NULL && g_strv_contains (kinds, statement->kind))
      add_target (targets, statement->subject, key->fingerprint);
  }
  for (guint i = 0; i < known->len; i++) {
    const MadoKnownKey *row = known->pdata[i];
    if (g_strcmp0 (row->protocol, "openpgp") == 0 && g_strcmp0 (row->fingerprint, key->fingerprint) == 0)
      add_target (targets, row->address, key->fingerprint);
  }
}

static gboolean
ends_before (const MadoKey *key, gint64 before)
{
  return key->is_expired || (key->expires != 0 && key->expires < before)
         || (key->encrypts_until != 0 && key->encrypts_until < before);
}

static gboolean
names (const MadoKey *key, const char *address)
{
  for (guint i = 0; i < key->users->len; i++)
    if (mado_text_same_address (((const MadoKeyUser *) key->users->pdata[i])->address, address))
      return TRUE;
  return FALSE;
}

/* A member asks for one key: then also for the addresses that only the key itself names. */
static void
add_users (GPtrArray *targets, const MadoKey *key)
{
  for (guint i = 0; i < key->users->len; i++) {
    const MadoKeyUser *user = key->users->pdata[i];
    if (!user->is_revoked)
      add_target (targets, user->address, key->fingerprint);
  }
}

GPtrArray *
mado_refresh_choose (const GPtrArray *keys, const GPtrArray *known, const char *subject, gint64 before)
{
  GPtrArray *targets = g_ptr_array_new_with_free_func ((GDestroyNotify) target_free);
  gboolean is_address = subject != NULL && strchr (subject, '@') != NULL;

  for (guint i = 0; i < keys->len; i++) {
    const MadoKey *key = keys->pdata[i];
    if (key->has_secret || key->is_revoked || key->is_distrusted || key->is_disabled || (before != 0 && !ends_before (key, before)))
      continue;
    if (is_address ? names (key, subject) : FALSE)
      add_target (targets, subject, key->fingerprint);
    if (is_address || (subject != NULL && g_ascii_strcasecmp (subject, key->fingerprint) != 0))
      continue;
    add_addresses (targets, key, known);
    if (subject != NULL)
      add_users (targets, key);
  }
  if (is_address)
    add_target (targets, subject, NULL);
  return targets;
}

/* --- one run ----------------------------------------------------------------------------------------------- */

/* Tells whoever waits what there is by now. */
static void
tell (Run *run, const GError *error)
{
  MadoRefreshDone done = run->done;
  guint left = run->targets != NULL ? run->targets->len - run->next : 0;

  run->done = NULL;
  g_clear_handle_id (&run->timer, g_source_remove);
  if (done != NULL)
    done (run->data, run->results, left, error);
}

static void
end (Run *run, const GError *error)
{
  tell (run, error);
  g_ptr_array_remove (run->refresher->runs, run); /* frees it */
}

static void
note (Run *run, const char *outcome, const GPtrArray *keys, const char *reason)
{
  const MadoRefreshTarget *target = run->targets->pdata[run->next];

  for (guint i = 0; i < keys->len; i++) {
    MadoFoundKey *key = mado_found_key_copy (keys->pdata[i]);
    if (key->warning == NULL && g_strcmp0 (key->outcome, "new") == 0 && target->fingerprint != NULL)
      key->warning = g_strdup_printf ("KEY WARNING: the key %s was known for the address; the directory (%s) has another one, %s",
                                      target->fingerprint, key->source, key->fingerprint);
    if (key->warning != NULL) {
      g_autofree char *logged = mado_log_address (target->address);
      mado_log (MADO_LOG_WARNING, NULL, "key-candidate", "address=%s known=%s found=%s source=%s", logged,
                target->fingerprint != NULL ? target->fingerprint : "-", key->fingerprint, key->source);
    }
    g_ptr_array_add (run->results, key);
  }
  if (keys->len > 0)
    return;
  MadoFoundKey *none = mado_found_key_new ();
  none->address = g_strdup (target->address);
  none->fingerprint = g_strdup (target->fingerprint);
  none->outcome = g_strdup (outcome);
  none->reason = g_strdup (reason);
  g_ptr_array_add (run->results, none);
}

static void go_on (Run *run);

static void
on_found (gpointer data, const char *outcome, const GPtrArray *keys, const char *reason)
{
  Run *run = data;

  note (run, outcome, keys, reason);
  run->next++;
  go_on (run);
}

static void
go_on (Run *run)
{
  if (run->next >= run->targets->len || run->refresher->desk->is_draining) {
    if (run->is_daily && run->targets->len > 0)
      mado_log (MADO_LOG_INFO, NULL, "refreshed", "addresses=%u", run->targets->len);
    end (run, NULL);
    return;
  }
  const MadoRefreshTarget *target = run->targets->pdata[run->next];
  mado_seeker_refresh (run->refresher->desk->seeker, target->address, target->fingerprint, on_found, run);
}

/* Once a day is enough. */
static void
drop_recent (Run *run)
{
  MadoDesk *desk = run->refresher->desk;

  for (guint i = run->targets->len; i > 0; i--) {
    const MadoRefreshTarget *target = run->targets->pdata[i - 1];
    g_auto (MadoLookUp) before = { 0 };
    if (!mado_store_load_look_up (desk->store, target->address, desk->now (), &before, NULL)
        || (before.made != 0 && before.made > desk->now () - DAY && before.made <= desk->now ()))
      g_ptr_array_remove_index (run->targets, i - 1);
  }
}

static GPtrArray *
read_keys (MadoPacket *answer)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_key_free);
  g_autoptr (GVariant) items = g_variant_lookup_value (answer->body, "items", G_VARIANT_TYPE ("aa{sv}"));

  for (gsize i = 0; items != NULL && i < g_variant_n_children (items); i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (items, i);
    MadoKey *key = mado_key_from_variant (item, NULL);
    if (key != NULL)
      g_ptr_array_add (keys, key);
  }
  return keys;
}

static void
on_listed (gpointer data, MadoPacket *answer, const GError *error)
{
  Run *run = data;
  MadoDesk *desk = run->refresher->desk;
  g_autoptr (GPtrArray) keys = error == NULL ? read_keys (answer) : NULL;
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) known = keys != NULL ? mado_store_list_known_keys (desk->store, NULL, KNOWN_MAX, &problem) : NULL;

  if (known == NULL) {
    end (run, error != NULL ? error : problem);
    return;
  }
  run->targets = mado_refresh_choose (keys, known, run->subject, run->is_daily ? desk->now () + desk->settings.look_up_before : 0);
  if (run->is_daily)
    drop_recent (run);
  go_on (run);
}

static gboolean
on_time (gpointer data)
{
  Run *run = data;

  run->timer = 0;
  tell (run, NULL);
  return G_SOURCE_REMOVE;
}

static Run *
start (MadoRefresher *refresher, const char *subject, gboolean is_daily)
{
  Run *run = g_new0 (Run, 1);

  run->refresher = refresher;
  run->subject = g_strdup (subject);
  run->is_daily = is_daily;
  run->results = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_found_key_free);
  g_ptr_array_add (refresher->runs, run);
  mado_pool_submit (refresher->desk->keyring, "list", g_variant_new ("a{sv}", NULL), -1, FALSE, on_listed, run);
  return run;
}

void
mado_refresher_start (MadoRefresher *refresher, const char *subject, guint seconds, MadoRefreshDone done, gpointer data)
{
  Run *run = start (refresher, subject, FALSE);

  run->done = done;
  run->data = data;
  run->timer = g_timeout_add_seconds (seconds, on_time, run);
}

/* --- by itself --------------------------------------------------------------------------------------------- */

static gboolean
apply_purge (gpointer data, GError **error)
{
  MadoRefresher *refresher = data;

  return mado_store_purge_look_ups (refresher->desk->store, refresher->desk->now () - PURGE_AFTER, error);
}

void
mado_refresher_check (MadoRefresher *refresher)
{
  MadoDesk *desk = refresher->desk;

  if (desk->is_draining || !desk->settings.looks_up || desk->settings.look_up_before == 0)
    return;
  for (guint i = 0; i < refresher->runs->len; i++)
    if (((const Run *) refresher->runs->pdata[i])->is_daily)
      return; /* the last one goes on */
  mado_batch_add_lazy (desk->batch, apply_purge, NULL, refresher);
  start (refresher, NULL, TRUE);
}

static gboolean
on_check (gpointer data)
{
  mado_refresher_check (data);
  return G_SOURCE_CONTINUE;
}

MadoRefresher *
mado_refresher_new (MadoDesk *desk)
{
  MadoRefresher *refresher = g_new0 (MadoRefresher, 1);

  refresher->desk = desk;
  refresher->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) run_free);
  refresher->timer = g_timeout_add_seconds (CHECK_SECONDS, on_check, refresher);
  return refresher;
}

void
mado_refresher_free (MadoRefresher *refresher)
{
  if (refresher == NULL)
    return;
  g_clear_handle_id (&refresher->timer, g_source_remove);
  g_ptr_array_unref (refresher->runs);
  g_free (refresher);
}
