/* keyring.c: see keyring.h. Every change ends with a new table: what gpg says of the processing ring, what the Web of
 * Trust adds when it counts, and what the house says, in this order. Never called while a mail is opened or an answer
 * is sealed. */
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/key-list.h"
#include "madoguchi/pgp/own-keys.h"
#include "madoguchi/pgp/ring-engine.h"
#include "madoguchi/pgp/statements.h"
#include "madoguchi/pgp/web.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES_MAX (1024 * 1024)
#define RING_BYTES_MAX (1024L * 1024 * 1024)

/* (transfer full) all keys, with all that is known of them. */
static MadoKeyTable *
make_table (MadoRingEngine *engine, GError **error)
{
  g_autoptr (MadoStatements) statements = mado_statements_read (engine->gnupg_home, error);
  g_autoptr (MadoKeyTable) table = NULL;
  gint64 until = 0;

  if (statements == NULL || !mado_ring_engine_compute (engine, MADO_RING_OWN, &until, error))
    return NULL;
  table = mado_key_list (engine, NULL, error);
  if (table == NULL)
    return NULL;
  table->until = until;
  if (!mado_own_keys_find (engine, table->own, error))
    return NULL;
  if (g_strcmp0 (engine->trust_model, "pgp") == 0 && !mado_web_apply (engine, table, error))
    return NULL;
  for (guint i = 0; i < table->keys->len; i++)
    mado_statements_apply (statements, table->keys->pdata[i]);
  g_strfreev (table->distrusted);
  table->distrusted = mado_statements_distrusted (statements);
  g_strfreev (table->own_named);
  table->own_named = mado_own_keys_named (engine->conf);
  return g_steal_pointer (&table);
}

MadoKeyTable *
mado_keyring_list (const MadoConf *conf, GError **error)
{
  g_auto (MadoRingEngine) engine = MADO_RING_ENGINE_INIT;

  if (!mado_ring_engine_open (&engine, conf, FALSE, error))
    return NULL;
  return make_table (&engine, error);
}

/* Computes everything anew and writes the table. */
gboolean
mado_keyring_write (MadoRingEngine *engine, MadoKeyTable **listed, GError **error)
{
  g_autofree char *path = g_build_filename (engine->gnupg_home, "madoguchi-keys", NULL);
  g_autofree char *ring = g_build_filename (engine->gnupg_home, "pubring.kbx", NULL);
  g_autoptr (MadoKeyTable) table = make_table (engine, error);
  g_autoptr (GBytes) bytes = NULL;

  if (table == NULL)
    return FALSE;
  /* gpg makes the ring for its owner alone; the opener and the signer read it by the directory's group. */
  if (chmod (ring, 0640) != 0 && errno != ENOENT) {
    mado_error_set_errno (error, ring);
    return FALSE;
  }
  bytes = mado_record_to_bytes (&mado_key_table_type, table);
  if (!mado_fsio_replace (path, bytes, 0644, error))
    return FALSE;
  if (listed != NULL)
    *listed = g_steal_pointer (&table);
  return TRUE;
}

gboolean
mado_keyring_refresh_table (const MadoConf *conf, GError **error)
{
  g_auto (MadoRingEngine) engine = MADO_RING_ENGINE_INIT;

  return mado_ring_engine_open (&engine, conf, TRUE, error) && mado_keyring_write (&engine, NULL, error);
}

static MadoKey *
find_key (const MadoKeyTable *table, const char *fingerprint)
{
  for (guint i = 0; i < table->keys->len; i++) {
    MadoKey *key = table->keys->pdata[i];
    if (g_ascii_strcasecmp (key->fingerprint, fingerprint) == 0)
      return key;
  }
  return NULL;
}

/* gpg replaces a ring in two steps, between which there is none: a mail that is opened just then would seem to be
 * for somebody else. So it works on a copy, which then takes the place of the ring in one step. */
typedef struct {
  char *copy;
  struct stat then; /* of the ring; an inode of 0: there is none */
} Change;

static void
change_clear (Change *change)
{
  g_free (change->copy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Change, change_clear)

static gboolean
begin_change (const MadoRingEngine *engine, Change *change, GError **error)
{
  g_autofree char *name = g_path_get_basename (engine->ring);
  g_autoptr (GBytes) before = NULL;

  change->copy = g_build_filename (engine->scratch, name, NULL);
  if (stat (engine->ring, &change->then) != 0)
    change->then = (struct stat) { 0 };
  else if (!mado_fsio_read_file (engine->ring, RING_BYTES_MAX, &before, error)
           || !mado_fsio_replace (change->copy, before, 0600, error))
    return FALSE;
  return mado_ring_engine_use (engine, MADO_RING_IMPORT, change->copy, error);
}

static gboolean
end_change (const MadoRingEngine *engine, const Change *change, GError **error)
{
  gboolean was_synced = mado_web_is_synced (engine);
  g_autoptr (GBytes) after = NULL;
  const struct stat *then = &change->then;
  struct stat now = { 0 };

  if (!mado_fsio_read_file (change->copy, RING_BYTES_MAX, &after, error))
    return FALSE;
  if ((stat (engine->ring, &now) != 0 && then->st_ino != 0) || now.st_ino != then->st_ino || now.st_size != then->st_size
      || now.st_mtim.tv_sec != then->st_mtim.tv_sec || now.st_mtim.tv_nsec != then->st_mtim.tv_nsec) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s changed meanwhile: try again", engine->ring);
    return FALSE;
  }
  return mado_fsio_replace (engine->ring, after, then->st_ino != 0 ? (int) (then->st_mode & 0777) : 0644, error)
         && (!was_synced || mado_web_mark_synced (engine, error))
         && mado_ring_engine_use (engine, MADO_RING_OWN, NULL, error);
}

/* The archive goes first: a key in the ring is in the archive, too, whatever happens between. */
static gboolean
import_block (MadoRingEngine *engine, GBytes *block, char ***fingerprints, GError **error)
{
  g_auto (Change) change = { NULL };
  g_auto (GStrv) found = NULL;

  if (!begin_change (engine, &change, error) || !mado_ring_engine_import (engine, block, &found, error)
      || !mado_web_merge (engine, block, error) || !end_change (engine, &change, error))
    return FALSE;
  *fingerprints = g_steal_pointer (&found);
  return TRUE;
}

/* Pins every key of @fingerprints to the addresses of its user IDs that are not revoked. */
static void
pin_all (MadoStatements *statements, const MadoKeyTable *table, char **fingerprints, const char *by, gint64 now)
{
  for (char **fingerprint = fingerprints; *fingerprint != NULL; fingerprint++) {
    const MadoKey *key = find_key (table, *fingerprint);
    for (guint i = 0; key != NULL && i < key->users->len; i++) {
      const MadoKeyUser *user = key->users->pdata[i];
      if (!user->is_revoked && user->address != NULL && strpbrk (user->address, " \t\r\n") == NULL && *user->address != '#')
        mado_statements_set (statements, "pin", user->address, key->fingerprint, by, now);
    }
  }
}

/* What an import tells beside the keys: which of them come after others, and the pins that were asked for. */
static gboolean
note_import (MadoRingEngine *engine, char **fingerprints, gboolean pin, const char *by, GError **error)
{
  g_autoptr (MadoStatements) statements = mado_statements_read (engine->gnupg_home, error);
  g_autoptr (MadoKeyTable) table = statements == NULL ? NULL : mado_key_list (engine, NULL, error);
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (table == NULL || !mado_web_find_successors (engine, table, fingerprints, statements, now, error))
    return FALSE;
  if (pin)
    pin_all (statements, table, fingerprints, by, now);
  return mado_statements_write (statements, engine->gnupg_home, error);
}

gboolean
mado_keyring_take (MadoRingEngine *engine, GBytes *block, char ***fingerprints, GError **error)
{
  g_auto (GStrv) found = NULL;

  if (!import_block (engine, block, &found, error) || !note_import (engine, found, FALSE, NULL, error))
    return FALSE;
  *fingerprints = g_steal_pointer (&found);
  return TRUE;
}

gboolean
mado_keyring_import (const MadoConf *conf, GBytes *block, gboolean pin, const char *by, MadoKeyTable **imported, GError **error)
{
  g_auto (MadoRingEngine) engine = MADO_RING_ENGINE_INIT;
  g_auto (GStrv) fingerprints = NULL;
  g_autoptr (MadoKeyTable) all = NULL;
  MadoKeyTable *mine;

  if (g_bytes_get_size (block) > BLOCK_BYTES_MAX) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "key block of more than %d bytes", BLOCK_BYTES_MAX);
    return FALSE;
  }
  if (!mado_ring_engine_open (&engine, conf, TRUE, error) || !import_block (&engine, block, &fingerprints, error)
      || !note_import (&engine, fingerprints, pin, by, error) || !mado_keyring_write (&engine, &all, error))
    return FALSE;
  mine = mado_key_table_new ();
  mine->made = all->made;
  for (char **fingerprint = fingerprints; *fingerprint != NULL; fingerprint++) {
    const MadoKey *key = find_key (all, *fingerprint);
    if (key != NULL)
      g_ptr_array_add (mine->keys, mado_key_copy (key));
  }
  *imported = mine;
  return TRUE;
}

static gboolean
is_fingerprint (const char *text)
{
  return text != NULL && strlen (text) == 40 && strspn (text, "0123456789abcdefABCDEF") == 40;
}

static gboolean
refuse_unknown (const char *fingerprint, GError **error)
{
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: no such key", fingerprint != NULL ? fingerprint : "(none)");
  return FALSE;
}

GBytes *
mado_keyring_export (const MadoConf *conf, const char *fingerprint, GError **error)
{
  g_auto (MadoRingEngine) engine = MADO_RING_ENGINE_INIT;
  gpgme_data_t data;
  gpgme_error_t problem;
  size_t length = 0;
  char *armoured;
  GBytes *bytes = NULL;

  if (!is_fingerprint (fingerprint))
    return refuse_unknown (fingerprint, error), NULL;
  if (!mado_ring_engine_open (&engine, conf, FALSE, error))
    return NULL;
  gpgme_set_armor (engine.context, 1);
  problem = gpgme_data_new (&data);
  if (problem == 0)
    problem = gpgme_op_export (engine.context, fingerprint, GPGME_EXPORT_MODE_MINIMAL, data);
  if (problem != 0) {
    mado_pgp_error_set (error, problem, "export");
    return NULL;
  }
  armoured = gpgme_data_release_and_get_mem (data, &length);
  if (length > 0)
    bytes = g_bytes_new (armoured, length);
  gpgme_free (armoured);
  if (bytes == NULL)
    refuse_unknown (fingerprint, error);
  return bytes;
}

/* --- what the house says ---------------------------------------------------------------------------------- */

/* What one verb needs and does. */
typedef struct {
  const char *verb, *kind;
  gboolean is_undo;
  gboolean needs_address, needs_domain, needs_key;
} Rule;

static const Rule rules[] = {
  { "pin", "pin", FALSE, TRUE, FALSE, TRUE },
  { "unpin", "pin", TRUE, TRUE, FALSE, FALSE },
  { "map", "map", FALSE, FALSE, TRUE, TRUE },
  { "unmap", "map", TRUE, FALSE, TRUE, FALSE },
  { "certify", "certified", FALSE, FALSE, FALSE, TRUE },
  { "uncertify", "certified", TRUE, FALSE, FALSE, TRUE },
  { "distrust", "distrusted", FALSE, FALSE, FALSE, FALSE },
  { "undistrust", "distrusted", TRUE, FALSE, FALSE, FALSE },
};

static gboolean
check_subject (const Rule *rule, const char *subject, GError **error)
{
  const char *at = subject == NULL ? NULL : strchr (subject, '@');
  gboolean is_word = subject != NULL && *subject != '\0' && strlen (subject) <= 320 && strpbrk (subject, " \t\r\n<>,;") == NULL
                     && *subject != '#' && strcmp (subject, "-") != 0 && g_utf8_validate (subject, -1, NULL);

  if (rule->needs_address && (!is_word || at == NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "that is no mail address");
    return FALSE;
  }
  if (rule->needs_domain && (!is_word || (at == NULL && strchr (subject, '.') == NULL) || (at != NULL && (at == subject || at[1] == '\0')))) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "that is neither a domain nor a mail address");
    return FALSE;
  }
  return TRUE;
}

/* The team's word holds for the addresses that the key names now: one that its holder adds later is his word alone. */
static gboolean
certify (MadoStatements *statements, const MadoKey *key, const char *by, gint64 now, GError **error)
{
  guint count = 0;

  g_assert (key != NULL); /* the table of rules says that this one wants a key */
  if (key->is_revoked) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s is revoked", key->fingerprint);
    return FALSE;
  }
  mado_statements_drop (statements, "certified", NULL, key->fingerprint);
  for (guint i = 0; i < key->users->len; i++) {
    const MadoKeyUser *user = key->users->pdata[i];
    if (user->is_revoked || user->address == NULL || strchr (user->address, '@') == NULL
        || strpbrk (user->address, " \t\r\n") != NULL)
      continue;
    mado_statements_set (statements, "certified", user->address, key->fingerprint, by, now);
    count++;
  }
  if (count > 0)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s names no address: map or pin it", key->fingerprint);
  return FALSE;
}

static gboolean
change_statements (MadoStatements *statements, const Rule *rule, const char *subject, const char *fingerprint,
                   const MadoKey *key, const char *by, GError **error)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;

  if (rule->is_undo) {
    if (mado_statements_drop (statements, rule->kind, subject, fingerprint) > 0)
      return TRUE;
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: not %s", subject != NULL ? subject : fingerprint,
                 strcmp (rule->kind, "map") == 0 ? "mapped" : strcmp (rule->kind, "pin") == 0 ? "pinned" : rule->kind);
    return FALSE;
  }
  if (strcmp (rule->kind, "certified") == 0)
    return certify (statements, key, by, now, error);
  mado_statements_set (statements, rule->kind, subject, fingerprint, by, now);
  return TRUE;
}

static gboolean
state_under_lock (MadoRingEngine *engine, const Rule *rule, const char *subject, const char *fingerprint, const char *by,
                  MadoKey **key, GError **error)
{
  g_autoptr (MadoKeyTable) table = NULL, all = NULL;
  g_autoptr (MadoStatements) statements = mado_statements_read (engine->gnupg_home, error);
  const MadoKey *known = NULL, *after;

  if (statements == NULL)
    return FALSE;
  if (rule->needs_key) {
    table = mado_key_list (engine, fingerprint, error);
    if (table == NULL)
      return FALSE;
    known = find_key (table, fingerprint);
    if (known == NULL)
      return refuse_unknown (fingerprint, error);
  }
  if (!change_statements (statements, rule, subject, fingerprint, known, by, error)
      || !mado_statements_write (statements, engine->gnupg_home, error) || !mado_keyring_write (engine, &all, error))
    return FALSE;
  after = key == NULL || fingerprint == NULL ? NULL : find_key (all, fingerprint);
  if (key != NULL)
    *key = after == NULL ? NULL : mado_key_copy (after);
  return TRUE;
}

gboolean
mado_keyring_state (const MadoConf *conf, const char *verb, const char *subject, const char *fingerprint, const char *by,
                    MadoKey **key, GError **error)
{
  g_auto (MadoRingEngine) engine = MADO_RING_ENGINE_INIT;
  const Rule *rule = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rules) && rule == NULL; i++)
    if (strcmp (rules[i].verb, verb) == 0)
      rule = &rules[i];
  if (rule == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: unknown verb", verb);
    return FALSE;
  }
  if (!rule->needs_address && !rule->needs_domain)
    subject = NULL;
  if (rule->is_undo && subject != NULL)
    fingerprint = NULL; /* whichever it was */
  else if (!is_fingerprint (fingerprint))
    return refuse_unknown (fingerprint, error);
  return check_subject (rule, subject, error) && mado_ring_engine_open (&engine, conf, TRUE, error)
         && state_under_lock (&engine, rule, subject, fingerprint, by, key, error);
}

/* --- taking a key away ------------------------------------------------------------------------------------- */

static gboolean
check_removable (const MadoConf *conf, const MadoKey *key, GError **error)
{
  g_auto (GStrv) named = mado_own_keys_named (conf);

  if (!key->has_secret && mado_own_keys_kind ((const char *const *) named, key->fingerprint) == NULL)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s is the team's own key", key->fingerprint);
  return FALSE;
}

static gboolean
remove_from_ring (const MadoRingEngine *engine, const char *fingerprint, GError **error)
{
  const char *const arguments[] = { "--delete-keys", fingerprint, NULL };
  g_auto (Change) change = { NULL };
  gboolean worked = FALSE;

  if (!begin_change (engine, &change, error) || !mado_ring_engine_run (engine, arguments, &worked, error))
    return FALSE;
  if (!worked) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s: gpg does not remove it", fingerprint);
    return FALSE;
  }
  return mado_web_remove (engine, fingerprint, error) && end_change (engine, &change, error);
}

gboolean
mado_keyring_remove (const MadoConf *conf, const char *fingerprint, GError **error)
{
  g_auto (MadoRingEngine) engine = MADO_RING_ENGINE_INIT;
  g_autoptr (MadoStatements) statements = NULL;
  g_autoptr (MadoKeyTable) table = NULL;
  const MadoKey *key;

  if (!is_fingerprint (fingerprint))
    return refuse_unknown (fingerprint, error);
  if (!mado_ring_engine_open (&engine, conf, TRUE, error))
    return FALSE;
  table = mado_key_list (&engine, fingerprint, error);
  statements = table == NULL ? NULL : mado_statements_read (engine.gnupg_home, error);
  if (statements == NULL)
    return FALSE;
  key = find_key (table, fingerprint);
  if (key == NULL)
    return refuse_unknown (fingerprint, error);
  if (!check_removable (conf, key, error))
    return FALSE;
  /* What was said of it goes with it; that it is distrusted stays, for the day it comes back. */
  mado_statements_drop (statements, NULL, NULL, key->fingerprint);
  return remove_from_ring (&engine, key->fingerprint, error) && mado_statements_write (statements, engine.gnupg_home, error)
         && mado_keyring_write (&engine, NULL, error);
}
