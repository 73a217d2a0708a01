/* web.c: see web.h. */
#include "madoguchi/pgp/web.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/data.h"

#include <string.h>
#include <sys/stat.h>

#define KEY_ID 16

/* What the ring looks like from outside. (transfer full) */
static char *
describe_ring (const MadoRingEngine *engine)
{
  struct stat info = { 0 };

  if (stat (engine->ring, &info) != 0)
    return g_strdup ("none\n");
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT ".%09ld\n", (guint64) info.st_ino,
                          (gint64) info.st_size, (gint64) info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

static char *
state_path (const MadoRingEngine *engine)
{
  return g_strconcat (engine->archive, ".state", NULL);
}

gboolean
mado_web_is_synced (const MadoRingEngine *engine)
{
  g_autofree char *path = state_path (engine);
  g_autofree char *now = describe_ring (engine);
  g_autofree char *then = NULL;

  return g_file_get_contents (path, &then, NULL, NULL) && strcmp (now, then) == 0
         && g_file_test (engine->archive, G_FILE_TEST_EXISTS);
}

gboolean
mado_web_mark_synced (const MadoRingEngine *engine, GError **error)
{
  g_autofree char *path = state_path (engine);
  g_autofree char *now = describe_ring (engine);
  g_autoptr (GBytes) bytes = g_bytes_new (now, strlen (now));

  return mado_fsio_replace (path, bytes, 0644, error);
}

gboolean
mado_web_merge (const MadoRingEngine *engine, GBytes *block, GError **error)
{
  g_auto (GStrv) fingerprints = NULL;

  return mado_ring_engine_use (engine, MADO_RING_MERGE, NULL, error)
         && mado_ring_engine_import (engine, block, &fingerprints, error);
}

gboolean
mado_web_remove (const MadoRingEngine *engine, const char *fingerprint, GError **error)
{
  const char *const arguments[] = { "--delete-keys", fingerprint, NULL };
  gboolean worked;

  if (!g_file_test (engine->archive, G_FILE_TEST_EXISTS))
    return TRUE;
  return mado_ring_engine_use (engine, MADO_RING_WEB, NULL, error)
         && mado_ring_engine_run (engine, arguments, &worked, error);
}

/* Calls @each for the keys that @patterns (NULL: all) name. */
static gboolean
list (const MadoRingEngine *engine, gpgme_keylist_mode_t mode, char **patterns,
      void (*each) (gpointer data, gpgme_key_t key), gpointer data, GError **error)
{
  gpgme_error_t problem = gpgme_set_keylist_mode (engine->context, GPGME_KEYLIST_MODE_LOCAL | mode);
  gpgme_key_t key;

  if (problem == 0)
    problem = gpgme_op_keylist_ext_start (engine->context, (const char **) patterns, 0, 0);
  while (problem == 0 && (problem = gpgme_op_keylist_next (engine->context, &key)) == 0) {
    if (key->subkeys != NULL && key->subkeys->fpr != NULL)
      each (data, key);
    gpgme_key_unref (key);
  }
  if (gpgme_err_code (problem) == GPG_ERR_EOF)
    return TRUE;
  return mado_pgp_error_set (error, problem, "archive of keys");
}

/* --- the same keys as in the ring ------------------------------------------------------------------------ */

static gboolean
dump_ring (const MadoRingEngine *engine, GBytes **block, GError **error)
{
  g_auto (gpgme_data_t) data = NULL;
  gpgme_error_t problem;
  size_t length = 0;
  char *text;

  if (!mado_ring_engine_use (engine, MADO_RING_DUMP, NULL, error))
    return FALSE;
  problem = gpgme_data_new (&data);
  gpgme_set_armor (engine->context, 0);
  if (problem == 0)
    problem = gpgme_op_export (engine->context, NULL, 0, data);
  if (problem != 0)
    return mado_pgp_error_set (error, problem, "export of all keys");
  text = gpgme_data_release_and_get_mem (g_steal_pointer (&data), &length);
  *block = g_bytes_new (text == NULL ? "" : text, length);
  gpgme_free (text);
  return TRUE;
}

static void
collect_fingerprint (gpointer data, gpgme_key_t key)
{
  g_ptr_array_add (data, g_ascii_strup (key->subkeys->fpr, -1));
}

static gboolean
sync_archive (const MadoRingEngine *engine, const MadoKeyTable *table, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) block = NULL;

  for (guint i = 0; i < table->keys->len; i++)
    g_hash_table_add (known, ((MadoKey *) table->keys->pdata[i])->fingerprint);
  if (!dump_ring (engine, &block, error) || (g_bytes_get_size (block) > 0 && !mado_web_merge (engine, block, error))
      || !mado_ring_engine_use (engine, MADO_RING_WEB, NULL, error)
      || !list (engine, 0, NULL, collect_fingerprint, found, error))
    return FALSE;
  for (guint i = 0; i < found->len; i++) /* whoever was removed from the ring introduces nobody any more */
    if (!g_hash_table_contains (known, found->pdata[i]) && !mado_web_remove (engine, found->pdata[i], error))
      return FALSE;
  return mado_web_mark_synced (engine, error);
}

/* --- validity -------------------------------------------------------------------------------------------- */

static MadoValidity
validity_of (gpgme_validity_t validity)
{
  switch (validity) {
  case GPGME_VALIDITY_MARGINAL:
    return MADO_VALIDITY_MARGINAL;
  case GPGME_VALIDITY_FULL:
  case GPGME_VALIDITY_ULTIMATE:
    return MADO_VALIDITY_FULL;
  default:
    return MADO_VALIDITY_UNKNOWN;
  }
}

static void
raise_user (MadoKeyUser *user, gpgme_user_id_t found)
{
  MadoValidity validity = validity_of (found->validity);

  if (found->revoked || found->invalid || user->is_revoked || validity <= user->validity || g_strcmp0 (found->uid, user->user_id) != 0)
    return;
  user->validity = validity;
  g_free (user->vouched_by);
  user->vouched_by = g_strdup ("web-of-trust");
}

static void
raise_key (gpointer data, gpgme_key_t found)
{
  g_autofree char *fingerprint = g_ascii_strup (found->subkeys->fpr, -1);
  MadoKey *key = g_hash_table_lookup (data, fingerprint);

  if (key == NULL || found->revoked)
    return;
  for (gpgme_user_id_t uid = found->uids; uid != NULL; uid = uid->next)
    for (guint i = 0; i < key->users->len; i++)
      raise_user (key->users->pdata[i], uid);
}

gboolean
mado_web_apply (const MadoRingEngine *engine, MadoKeyTable *table, GError **error)
{
  g_autoptr (GHashTable) keys = g_hash_table_new (g_str_hash, g_str_equal);
  gint64 until = 0;

  if (engine->lock >= 0 && !mado_web_is_synced (engine) && !sync_archive (engine, table, error))
    return FALSE;
  if (!g_file_test (engine->archive, G_FILE_TEST_EXISTS))
    return TRUE;
  for (guint i = 0; i < table->keys->len; i++)
    g_hash_table_insert (keys, ((MadoKey *) table->keys->pdata[i])->fingerprint, table->keys->pdata[i]);
  if (!mado_ring_engine_compute (engine, MADO_RING_WEB, &until, error) || !list (engine, 0, NULL, raise_key, keys, error))
    return FALSE;
  if (until != 0 && (table->until == 0 || until < table->until))
    table->until = until;
  return TRUE;
}

/* --- successors ------------------------------------------------------------------------------------------ */

typedef struct {
  GHashTable *by_id; /* long key id -> MadoKey of the table */
  MadoStatements *statements;
  gint64 now;
} Search;

/* Is there a later word against what @keyid said of @user? */
static gboolean
is_taken_back (gpgme_user_id_t user, const char *keyid)
{
  for (gpgme_key_sig_t signature = user->signatures; signature != NULL; signature = signature->next)
    if (signature->revoked && g_ascii_strcasecmp (signature->keyid, keyid) == 0)
      return TRUE;
  return FALSE;
}

static void
search_user (const Search *search, const char *fingerprint, gpgme_user_id_t user)
{
  for (gpgme_key_sig_t signature = user->signatures; signature != NULL; signature = signature->next) {
    g_autofree char *id = g_ascii_strup (signature->keyid, -1);
    const MadoKey *older = g_hash_table_lookup (search->by_id, id);
    gboolean is_certification = signature->sig_class >= 0x10 && signature->sig_class <= 0x13;

    if (older == NULL || strcmp (older->fingerprint, fingerprint) == 0 || !is_certification || signature->revoked
        || signature->expired || signature->invalid || gpgme_err_code (signature->status) != GPG_ERR_NO_ERROR
        || is_taken_back (user, signature->keyid))
      continue;
    mado_statements_set (search->statements, "successor", user->address, fingerprint, older->fingerprint, search->now);
  }
}

static void
search_key (gpointer data, gpgme_key_t found)
{
  const Search *search = data;
  g_autofree char *fingerprint = g_ascii_strup (found->subkeys->fpr, -1);

  for (gpgme_user_id_t user = found->uids; user != NULL; user = user->next)
    if (!user->revoked && !user->invalid && user->address != NULL && strchr (user->address, '@') != NULL
        && strpbrk (user->address, " \t\r\n") == NULL && g_utf8_validate (user->address, -1, NULL))
      search_user (search, fingerprint, user);
}

gboolean
mado_web_find_successors (const MadoRingEngine *engine, const MadoKeyTable *table, char **fingerprints,
                          MadoStatements *statements, gint64 now, GError **error)
{
  g_autoptr (GHashTable) by_id = g_hash_table_new (g_str_hash, g_str_equal);
  Search search = { by_id, statements, now };

  for (char **fingerprint = fingerprints; *fingerprint != NULL; fingerprint++)
    mado_statements_drop (statements, "successor", NULL, *fingerprint);
  for (guint i = 0; i < table->keys->len; i++) {
    MadoKey *key = table->keys->pdata[i];
    if (strlen (key->fingerprint) == 40)
      g_hash_table_insert (by_id, key->fingerprint + 40 - KEY_ID, key);
  }
  return mado_ring_engine_use (engine, MADO_RING_ALL, NULL, error)
         && list (engine, GPGME_KEYLIST_MODE_SIGS, fingerprints, search_key, &search, error);
}
