/* seeker.c: see seeker.h. Nothing a mail contains comes here but the address that is answered; the rest of the way knows
 * nothing else of it. A crash loses nothing: the answer that waits rests in the store, and asks again. */
#include "madoguchi/desk/seeker.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/seek-rule.h"
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-look-up.h"
#include "madoguchi/ipc/peer.h"

#include <string.h>

#define SEARCHES_MAX 64 /* more answers than this do not wait */
#define KNOWN_MAX 10
#define ROLE_TRIES 3    /* a role that went away in the middle is asked again */
#define GRACE_MS 10000

struct _MadoSeeker {
  MadoDesk *desk;
  MadoPool *finder;      /* NULL: no directory is configured */
  GHashTable *searches;  /* lower-case address -> Search */
  GPtrArray *waiters;    /* of Waiter */
};

typedef struct {
  MadoSeeker *seeker;
  char *address, *key; /* the key: in lower case */
  char *fingerprint;   /* wanted; NULL: none */
  char *source;        /* of what the keyring reads just now */
  gboolean is_second;  /* asked for the fingerprint */
  guint tries;
  GPtrArray *keys;     /* of MadoFoundKey */
  char *outcome, *reason;
  gint64 seconds;      /* to remember it for; 0: not at all */
  gint64 started;
} Search;

typedef struct {
  MadoSeeker *seeker;
  char *key;           /* of the search; NULL: the outcome is known */
  char *outcome;
  MadoSeekerDone done;
  gpointer data;
  guint timer;
} Waiter;

static void
search_free (Search *search)
{
  g_free (search->address);
  g_free (search->key);
  g_free (search->fingerprint);
  g_free (search->source);
  g_ptr_array_unref (search->keys);
  g_free (search->outcome);
  g_free (search->reason);
  g_free (search);
}

static void
waiter_free (Waiter *waiter)
{
  g_clear_handle_id (&waiter->timer, g_source_remove);
  g_free (waiter->key);
  g_free (waiter->outcome);
  g_free (waiter);
}

MadoSeeker *
mado_seeker_new (MadoDesk *desk)
{
  MadoSeeker *seeker = g_new0 (MadoSeeker, 1);
  g_autofree char *path = mado_wire_path (desk->settings.runtime, MADO_PEER_SENDER);

  seeker->desk = desk;
  seeker->searches = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) search_free);
  seeker->waiters = g_ptr_array_new_with_free_func ((GDestroyNotify) waiter_free);
  if (desk->settings.looks_up)
    seeker->finder = mado_pool_new (path, desk->settings.look_up_connections,
                                    (guint) desk->settings.look_up_wait * 1000 + GRACE_MS);
  return seeker;
}

void
mado_seeker_free (MadoSeeker *seeker)
{
  if (seeker == NULL)
    return;
  g_clear_pointer (&seeker->finder, mado_pool_free);
  g_ptr_array_unref (seeker->waiters);
  g_hash_table_unref (seeker->searches);
  g_free (seeker);
}

/* --- who waits --------------------------------------------------------------------------------------------- */

/* Tells @waiter and frees it. */
static void
tell (Waiter *waiter, const char *outcome, const GPtrArray *keys, const char *reason)
{
  g_autoptr (GPtrArray) nothing = g_ptr_array_new ();
  MadoSeekerDone done = waiter->done;
  gpointer data = waiter->data;
  g_autofree char *copy = g_strdup (outcome);

  g_ptr_array_remove (waiter->seeker->waiters, waiter);
  done (data, copy, keys != NULL ? keys : nothing, reason);
}

static gboolean
on_late (gpointer data)
{
  Waiter *waiter = data;

  waiter->timer = 0;
  tell (waiter, waiter->outcome != NULL ? waiter->outcome : "late", NULL, NULL);
  return G_SOURCE_REMOVE;
}

/* @ms: 0: as long as it takes. */
static Waiter *
wait_for (MadoSeeker *seeker, guint ms, MadoSeekerDone done, gpointer data)
{
  Waiter *waiter = g_new0 (Waiter, 1);

  waiter->seeker = seeker;
  waiter->done = done;
  waiter->data = data;
  if (ms > 0)
    waiter->timer = g_timeout_add (ms, on_late, waiter);
  g_ptr_array_add (seeker->waiters, waiter);
  return waiter;
}

static void
answer_soon (MadoSeeker *seeker, const char *outcome, MadoSeekerDone done, gpointer data)
{
  Waiter *waiter = wait_for (seeker, 0, done, data);

  waiter->outcome = g_strdup (outcome);
  waiter->timer = g_idle_add_full (G_PRIORITY_DEFAULT, on_late, waiter, NULL);
}

void
mado_seeker_forget (MadoSeeker *seeker, gpointer data)
{
  for (guint i = seeker->waiters->len; i > 0; i--)
    if (((Waiter *) seeker->waiters->pdata[i - 1])->data == data)
      g_ptr_array_remove_index (seeker->waiters, i - 1);
}

/* --- how a search ends ------------------------------------------------------------------------------------- */

static gboolean
apply_outcome (gpointer data, GError **error)
{
  Search *search = data;
  MadoDesk *desk = search->seeker->desk;

  return mado_store_save_look_up (desk->store, search->address, search->outcome, desk->now (), search->seconds, error);
}

/* Key continuity: the address has signed with a key, and what the directory has are others. */
static void
warn_of_change (Search *search)
{
  g_autoptr (GPtrArray) known
      = mado_store_list_known_keys (search->seeker->desk->store, search->address, KNOWN_MAX, NULL);
  const MadoKnownKey *signing = NULL;

  for (guint i = 0; known != NULL && i < known->len; i++)
    if (g_strcmp0 (((const MadoKnownKey *) known->pdata[i])->protocol, "openpgp") == 0)
      signing = known->pdata[i];
  for (guint i = 0; signing != NULL && i < search->keys->len; i++)
    if (g_strcmp0 (((const MadoFoundKey *) search->keys->pdata[i])->fingerprint, signing->fingerprint) == 0)
      return;
  for (guint i = 0; signing != NULL && i < search->keys->len; i++) {
    MadoFoundKey *key = search->keys->pdata[i];
    g_autofree char *since = mado_text_time (signing->first_seen);
    key->warning = g_strdup_printf ("KEY WARNING: the address is known by the key %s since %s; the directory (%s) has another one, %s",
                                    signing->fingerprint, since, key->source, key->fingerprint);
  }
}

static void
tell_all (gpointer data, const GError *error)
{
  Search *search = data;
  MadoSeeker *seeker = search->seeker;
  g_autoptr (GPtrArray) mine = g_ptr_array_new ();

  if (error != NULL)
    mado_log (MADO_LOG_ERROR, NULL, "look-up-not-stored", "why=\"%s\"", error->message);
  g_hash_table_steal (seeker->searches, search->key); /* whoever asks now begins anew */
  for (guint i = 0; i < seeker->waiters->len; i++)
    if (g_strcmp0 (((const Waiter *) seeker->waiters->pdata[i])->key, search->key) == 0)
      g_ptr_array_add (mine, seeker->waiters->pdata[i]);
  for (guint i = 0; i < mine->len; i++)
    if (g_ptr_array_find (seeker->waiters, mine->pdata[i], NULL)) /* nobody before made it forget */
      tell (mine->pdata[i], search->outcome, search->keys, search->reason);
  search_free (search);
}

static void
finish (Search *search, const char *outcome, const char *reason, gint64 seconds)
{
  g_autofree char *logged = mado_log_address (search->address);
  g_autofree char *visible = reason != NULL ? mado_text_escape_line (reason) : NULL;

  search->outcome = g_strdup (outcome);
  search->reason = visible != NULL ? mado_text_truncate (visible, 300) : NULL;
  search->seconds = seconds;
  warn_of_change (search);
  mado_log (MADO_LOG_INFO, NULL, "looked-up", "address=%s outcome=%s source=%s keys=%u ms=%.1f why=\"%s\"", logged, outcome,
            search->source != NULL ? search->source : "-", search->keys->len,
            (g_get_monotonic_time () - search->started) / 1000.0, search->reason != NULL ? search->reason : "");
  if (seconds > 0)
    mado_batch_add (search->seeker->desk->batch, apply_outcome, tell_all, search);
  else
    tell_all (search, NULL);
}

static void
fail (Search *search, const GError *error)
{
  const MadoDeskSettings *settings = &search->seeker->desk->settings;
  gboolean is_lasting = g_error_matches (error, MADO_ERROR, MADO_ERROR_PERM) || g_error_matches (error, MADO_ERROR, MADO_ERROR_LIMIT);
  gboolean is_ours = g_error_matches (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE) || g_error_matches (error, MADO_ERROR, MADO_ERROR_CONF);

  finish (search, "failed", error->message, is_ours ? 0 : is_lasting ? settings->look_up_keep_none : settings->look_up_keep_failed);
}

/* --- the search -------------------------------------------------------------------------------------------- */

static void ask_directories (Search *search);

static gboolean
was_found (const Search *search, const char *fingerprint)
{
  for (guint i = 0; i < search->keys->len; i++)
    if (g_strcmp0 (((const MadoFoundKey *) search->keys->pdata[i])->fingerprint, fingerprint) == 0)
      return TRUE;
  return FALSE;
}

/* The directories have said what they know of the address: is there still a key to be asked for by name? */
static gboolean
ask_for_wanted (Search *search)
{
  if (search->fingerprint == NULL || search->is_second || !search->seeker->desk->settings.has_key_server
      || was_found (search, search->fingerprint))
    return FALSE;
  search->is_second = TRUE;
  search->tries = 0;
  ask_directories (search);
  return TRUE;
}

static void
conclude (Search *search, const GError *error)
{
  const MadoDeskSettings *settings = &search->seeker->desk->settings;

  if (ask_for_wanted (search))
    return;
  if (search->keys->len > 0)
    finish (search, "found", NULL, settings->look_up_keep_found);
  else if (error == NULL || g_error_matches (error, MADO_ERROR, MADO_ERROR_NO))
    finish (search, "none", NULL, settings->look_up_keep_none);
  else
    fail (search, error);
}

static void
on_adopted (gpointer data, MadoPacket *answer, const GError *error)
{
  Search *search = data;
  g_autoptr (GVariant) items = NULL;

  if (error == NULL)
    items = g_variant_lookup_value (answer->body, "items", G_VARIANT_TYPE ("aa{sv}"));
  for (gsize i = 0; items != NULL && i < g_variant_n_children (items); i++) {
    g_autoptr (GVariant) item = g_variant_get_child_value (items, i);
    MadoFoundKey *key = mado_found_key_from_variant (item, NULL);
    if (key != NULL)
      g_ptr_array_add (search->keys, key);
  }
  conclude (search, error);
}

static void
on_discovered (gpointer data, MadoPacket *answer, const GError *error)
{
  Search *search = data;
  MadoDesk *desk = search->seeker->desk;
  GVariantDict dict;
  const char *source = NULL;

  if (g_error_matches (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE) && ++search->tries < ROLE_TRIES) {
    ask_directories (search); /* the role went away: that says nothing of the key */
    return;
  }
  if (error != NULL) {
    conclude (search, error);
    return;
  }
  g_variant_lookup (answer->body, "source", "&s", &source);
  g_free (search->source);
  search->source = g_strdup (source != NULL ? source : "directory");
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "address", "s", search->address);
  g_variant_dict_insert (&dict, "source", "s", search->source);
  if (search->is_second)
    g_variant_dict_insert (&dict, "fingerprint", "s", search->fingerprint);
  mado_pool_submit (desk->keyring, "adopt", g_variant_dict_end (&dict), answer->fd, FALSE, on_adopted, search);
}

static void
ask_directories (Search *search)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "address", "s", search->address);
  if (search->is_second) {
    g_variant_dict_insert (&dict, "source", "s", "vks");
    g_variant_dict_insert (&dict, "fingerprint", "s", search->fingerprint);
  }
  mado_pool_submit (search->seeker->finder, "discover", g_variant_dict_end (&dict), -1, FALSE, on_discovered, search);
}

static void
begin (MadoSeeker *seeker, const char *address, const char *key, const char *fingerprint)
{
  Search *search = g_new0 (Search, 1);

  search->seeker = seeker;
  search->address = g_strdup (address);
  search->key = g_strdup (key);
  search->fingerprint = g_strdup (fingerprint);
  search->keys = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_found_key_free);
  search->started = g_get_monotonic_time ();
  g_hash_table_insert (seeker->searches, search->key, search);
  ask_directories (search);
}

void
mado_seeker_ask (MadoSeeker *seeker, const char *address, MadoSeekerDone done, gpointer data)
{
  MadoDesk *desk = seeker->desk;
  g_autofree char *key = g_ascii_strdown (address, -1);
  gboolean is_running = g_hash_table_contains (seeker->searches, key);
  g_auto (MadoLookUp) before = { 0 };

  if (!mado_seek_rule_allows (&desk->settings, address)) {
    answer_soon (seeker, "off", done, data);
    return;
  }
  if (!is_running && mado_store_load_look_up (desk->store, address, desk->now (), &before, NULL) && before.outcome != NULL) {
    answer_soon (seeker, before.outcome, done, data);
    return;
  }
  if (!is_running && g_hash_table_size (seeker->searches) >= SEARCHES_MAX) {
    answer_soon (seeker, "late", done, data);
    return;
  }
  wait_for (seeker, (guint) desk->settings.look_up_wait * 1000, done, data)->key = g_strdup (key);
  if (!is_running)
    begin (seeker, address, key, NULL);
}

void
mado_seeker_refresh (MadoSeeker *seeker, const char *address, const char *fingerprint, MadoSeekerDone done, gpointer data)
{
  g_autofree char *key = g_ascii_strdown (address, -1);

  if (!mado_seek_rule_allows (&seeker->desk->settings, address)) {
    answer_soon (seeker, "off", done, data);
    return;
  }
  wait_for (seeker, 0, done, data)->key = g_strdup (key);
  if (!g_hash_table_contains (seeker->searches, key))
    begin (seeker, address, key, fingerprint);
}

gboolean
mado_seeker_look_up_own (MadoSeeker *seeker, const char *address, MadoPoolDone done, gpointer data)
{
  GVariantDict dict;

  if (seeker->finder == NULL)
    return FALSE;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "address", "s", address);
  g_variant_dict_insert (&dict, "source", "s", "wkd");
  mado_pool_submit (seeker->finder, "discover", g_variant_dict_end (&dict), -1, TRUE, done, data);
  return TRUE;
}
