/* keyring.c: see keyring.h.
 *
 * Works on the rings and the trust database of [crypto] gnupg-home through a home of its own that lives for
 * one call: so the import options are ours whatever an administrator wrote into gpg.conf, there is no agent,
 * and a secret key in a block has nowhere to go. Never called while a mail is opened or an answer is sealed.
 */
#include "madoguchi/pgp/keyring.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/context.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_BYTES_MAX (1024 * 1024)
#define RING_BYTES_MAX (1024L * 1024 * 1024)
#define PINS_BYTES_MAX (64 * 1024 * 1024)
/* Maxima of the record tables (model/key.c): more would make the table unreadable. */
#define ITEMS_MAX 1000
#define STRING_MAX_BYTES 4000

/* One call's engine. */
typedef struct {
  char *gnupg_home; /* [crypto] gnupg-home, absolute */
  char *scratch;    /* the engine's own home */
  char *ring;       /* the ring that is written: pubring.kbx, or pubring.gpg where only that is there */
  gpgme_ctx_t context;
  const char *trust_model;
  int lock;         /* -1: reading only */
} Engine;

static void
engine_clear (Engine *engine)
{
  mado_pgp_context_free (engine->context);
  if (engine->scratch != NULL)
    mado_fsio_remove_tree (engine->scratch, NULL);
  if (engine->lock >= 0)
    close (engine->lock);
  g_free (engine->scratch);
  g_free (engine->ring);
  g_free (engine->gnupg_home);
  *engine = (Engine) { .lock = -1 };
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Engine, engine_clear)
#define ENGINE_INIT { .lock = -1 }

static gboolean
take_lock (Engine *engine, GError **error)
{
  g_autofree char *path = g_build_filename (engine->gnupg_home, "madoguchi-lock", NULL);

  if (g_mkdir_with_parents (engine->gnupg_home, 0700) != 0)
    return mado_error_set_errno (error, engine->gnupg_home);
  engine->lock = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (engine->lock < 0)
    return mado_error_set_errno (error, path);
  while (flock (engine->lock, LOCK_EX) != 0)
    if (errno != EINTR)
      return mado_error_set_errno (error, path);
  return TRUE;
}

/* The other ring, when both are there: an old one, only read. (transfer full, nullable) */
static char *
second_ring (const Engine *engine)
{
  g_autofree char *old_ring = g_build_filename (engine->gnupg_home, "pubring.gpg", NULL);

  if (strcmp (old_ring, engine->ring) == 0 || !g_file_test (old_ring, G_FILE_TEST_EXISTS))
    return NULL;
  return g_steal_pointer (&old_ring);
}

/* @ring: the ring that gpg may write. @is_import: leave the trust database alone. */
static gboolean
write_gpg_conf (const Engine *engine, const char *ring, gboolean is_import, GError **error)
{
  g_autofree char *second = second_ring (engine);
  g_autofree char *trust = g_build_filename (engine->gnupg_home, "trustdb.gpg", NULL);
  g_autofree char *path = g_build_filename (engine->scratch, "gpg.conf", NULL);
  g_autoptr (GString) conf = g_string_new ("no-default-keyring\n"
                                           "no-random-seed-file\n"
                                           "no-auto-key-retrieve\n"
                                           "disable-dirmngr\n"
                                           "no-autostart\n"
                                           "no-emit-version\n"
                                           "no-comments\n"
                                           "trust-model pgp\n"
                                           "import-options self-sigs-only,import-clean\n"
                                           "export-options export-minimal\n");
  g_autoptr (GBytes) bytes = NULL;

  g_string_append_printf (conf, "primary-keyring %s\n", ring);
  if (second != NULL)
    g_string_append_printf (conf, "keyring %s\n", second);
  /* Who may only read (the opener, a member at the command line) takes validities as they were last computed. */
  if (is_import)
    g_string_append (conf, "no-auto-check-trustdb\n");
  else if (access (engine->gnupg_home, W_OK) == 0 && (access (trust, W_OK) == 0 || access (trust, F_OK) != 0))
    g_string_append_printf (conf, "trustdb-name %s\n", trust);
  else if (access (trust, R_OK) == 0)
    g_string_append_printf (conf, "trustdb-name %s\nno-auto-check-trustdb\nlock-never\n", trust);
  else
    g_string_append (conf, "no-auto-check-trustdb\nlock-never\n");
  bytes = g_bytes_new (conf->str, conf->len);
  return mado_fsio_replace (path, bytes, 0600, error);
}

static void
find_ring (Engine *engine)
{
  g_autofree char *old_ring = g_build_filename (engine->gnupg_home, "pubring.gpg", NULL);

  engine->ring = g_build_filename (engine->gnupg_home, "pubring.kbx", NULL);
  if (!g_file_test (engine->ring, G_FILE_TEST_EXISTS) && g_file_test (old_ring, G_FILE_TEST_EXISTS)) {
    g_free (engine->ring);
    engine->ring = g_steal_pointer (&old_ring);
  }
}

static gboolean
engine_open (Engine *engine, const MadoConf *conf, gboolean is_writing, GError **error)
{
  g_autoptr (GError) problem = NULL;

  engine->gnupg_home = g_canonicalize_filename (mado_conf_string (conf, "crypto", "gnupg-home"), NULL);
  engine->trust_model = mado_conf_string (conf, "crypto", "trust-model");
  if (is_writing && !take_lock (engine, error))
    return FALSE;
  engine->scratch = g_dir_make_tmp ("madoguchi-XXXXXX", &problem);
  if (engine->scratch == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s", problem->message);
    return FALSE;
  }
  find_ring (engine);
  if (!write_gpg_conf (engine, engine->ring, FALSE, error))
    return FALSE;
  engine->context = mado_pgp_context_new (engine->scratch, error);
  return engine->context != NULL;
}

/* (transfer full) @text as a record can carry it. */
static char *
bounded (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  return mado_text_truncate (valid, STRING_MAX_BYTES);
}

/* GPGME's validity, as the trust model lets it count: with "pin" only a key that a key of ours certified, which
 * shows as full validity; marginal trust is a matter of the Web of Trust. */
static MadoValidity
validity_of (const Engine *engine, gpgme_validity_t validity)
{
  switch (validity) {
  case GPGME_VALIDITY_NEVER:
    return MADO_VALIDITY_NEVER;
  case GPGME_VALIDITY_MARGINAL:
    return g_strcmp0 (engine->trust_model, "pgp") == 0 ? MADO_VALIDITY_MARGINAL : MADO_VALIDITY_UNKNOWN;
  case GPGME_VALIDITY_FULL:
    return MADO_VALIDITY_FULL;
  case GPGME_VALIDITY_ULTIMATE:
    return MADO_VALIDITY_ULTIMATE;
  default:
    return MADO_VALIDITY_UNKNOWN;
  }
}

static void
fill_users (MadoKey *key, const Engine *engine, gpgme_key_t found)
{
  for (gpgme_user_id_t uid = found->uids; uid != NULL && key->users->len < ITEMS_MAX; uid = uid->next) {
    MadoKeyUser *user = mado_key_user_new ();
    user->user_id = bounded (uid->uid != NULL ? uid->uid : "");
    if (uid->address != NULL && *uid->address != '\0') {
      g_autofree char *address = bounded (uid->address);
      user->address = mado_text_fold_address (address);
    }
    user->validity = validity_of (engine, uid->validity);
    if (user->validity >= MADO_VALIDITY_MARGINAL)
      user->vouched_by = g_strdup (user->validity != MADO_VALIDITY_ULTIMATE && g_strcmp0 (engine->trust_model, "pgp") == 0
                                       ? "web-of-trust" : "certified");
    user->is_revoked = uid->revoked || uid->invalid;
    g_ptr_array_add (key->users, user);
  }
}

static gboolean
has_secret (const Engine *engine, gpgme_key_t found)
{
  for (gpgme_subkey_t subkey = found->subkeys; subkey != NULL; subkey = subkey->next) {
    g_autofree char *path = g_strdup_printf ("%s/private-keys-v1.d/%s.key", engine->gnupg_home,
                                             subkey->keygrip != NULL ? subkey->keygrip : "-");
    if (access (path, F_OK) == 0)
      return TRUE;
  }
  return FALSE;
}

static void
fill_subkeys (MadoKey *key, gpgme_key_t found)
{
  g_autoptr (GStrvBuilder) subkeys = g_strv_builder_new ();
  guint count = 0;

  for (gpgme_subkey_t subkey = found->subkeys->next; subkey != NULL && count < ITEMS_MAX; subkey = subkey->next)
    if (subkey->fpr != NULL) {
      g_strv_builder_add (subkeys, subkey->fpr);
      count++;
    }
  g_strfreev (key->subkeys);
  key->subkeys = g_strv_builder_end (subkeys);
}

/* (transfer full) the pins that name @fingerprint. */
static char **
pins_of (GHashTable *pins, const char *fingerprint)
{
  g_autoptr (GStrvBuilder) addresses = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer address, line;
  guint count = 0;

  g_hash_table_iter_init (&iter, pins);
  while (g_hash_table_iter_next (&iter, &address, &line))
    if (g_ascii_strncasecmp (line, fingerprint, strlen (fingerprint)) == 0 && count < ITEMS_MAX) {
      g_strv_builder_add (addresses, address);
      count++;
    }
  return g_strv_builder_end (addresses);
}

/* (transfer full, nullable) */
static MadoKey *
make_key (const Engine *engine, gpgme_key_t found, GHashTable *pins)
{
  MadoKey *key;
  gpgme_subkey_t primary = found->subkeys;

  if (primary == NULL || primary->fpr == NULL)
    return NULL;
  key = mado_key_new ();
  key->fingerprint = g_ascii_strup (primary->fpr, -1);
  key->created = primary->timestamp > 0 ? primary->timestamp : 0;
  key->expires = primary->expires > 0 ? primary->expires : 0;
  key->is_revoked = found->revoked;
  key->is_expired = found->expired;
  key->is_disabled = found->disabled;
  key->is_distrusted = found->owner_trust == GPGME_VALIDITY_NEVER;
  key->can_encrypt = found->can_encrypt;
  key->can_sign = found->can_sign;
  key->has_secret = has_secret (engine, found);
  {
    char *algorithm = gpgme_pubkey_algo_string (primary);
    key->algorithm = g_strdup (algorithm);
    gpgme_free (algorithm);
  }
  fill_subkeys (key, found);
  fill_users (key, engine, found);
  g_strfreev (key->pinned);
  key->pinned = pins_of (pins, key->fingerprint);
  return key;
}

/* The pins: "ADDRESS FINGERPRINT TIME" lines. (transfer full) address -> "FINGERPRINT TIME". */
static gboolean
read_pins (const Engine *engine, GHashTable **pins, GError **error)
{
  g_autofree char *path = g_build_filename (engine->gnupg_home, "madoguchi-pins", NULL);
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (access (path, F_OK) == 0) {
    if (!mado_fsio_read_file (path, PINS_BYTES_MAX, &bytes, error))
      return FALSE;
    text = g_bytes_get_size (bytes) == 0 ? g_strdup ("")
                                         : g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
    lines = g_strsplit (text, "\n", -1);
  }
  for (char **line = lines; line != NULL && *line != NULL; line++) {
    char *space = strchr (*line, ' ');
    if (space != NULL && **line != '#')
      g_hash_table_replace (found, g_ascii_strdown (*line, space - *line), g_strdup (space + 1));
  }
  *pins = g_steal_pointer (&found);
  return TRUE;
}

static gboolean
write_pins (const Engine *engine, GHashTable *pins, GError **error)
{
  g_autofree char *path = g_build_filename (engine->gnupg_home, "madoguchi-pins", NULL);
  g_autoptr (GString) text = g_string_new ("# Pinned keys: address, fingerprint, time. Written by madoguchi-keyring.\n");
  g_autoptr (GList) addresses = g_list_sort (g_hash_table_get_keys (pins), (GCompareFunc) strcmp);
  g_autoptr (GBytes) bytes = NULL;

  for (GList *address = addresses; address != NULL; address = address->next)
    g_string_append_printf (text, "%s %s\n", (char *) address->data,
                            (char *) g_hash_table_lookup (pins, address->data));
  bytes = g_bytes_new (text->str, text->len);
  return mado_fsio_replace (path, bytes, 0644, error);
}

static void
set_pin (GHashTable *pins, const char *address, const char *fingerprint)
{
  g_autofree char *now = mado_text_time (g_get_real_time () / G_USEC_PER_SEC);

  g_hash_table_replace (pins, g_ascii_strdown (address, -1), g_strdup_printf ("%s %s", fingerprint, now));
}

/* (transfer full) the keys that @pattern (nullable: all) names. */
static MadoKeyTable *
list_keys (Engine *engine, const char *pattern, GError **error)
{
  g_autoptr (MadoKeyTable) table = mado_key_table_new ();
  g_autoptr (GHashTable) pins = NULL;
  gpgme_error_t problem;
  gpgme_key_t found;

  if (!read_pins (engine, &pins, error))
    return NULL;
  table->format = MADO_KEY_TABLE_FORMAT;
  table->made = g_get_real_time () / G_USEC_PER_SEC;
  table->trust_model = g_strdup (engine->trust_model);
  problem = gpgme_set_keylist_mode (engine->context, GPGME_KEYLIST_MODE_LOCAL | GPGME_KEYLIST_MODE_WITH_KEYGRIP);
  if (problem == 0)
    problem = gpgme_op_keylist_start (engine->context, pattern, 0);
  while (problem == 0 && (problem = gpgme_op_keylist_next (engine->context, &found)) == 0) {
    MadoKey *key = make_key (engine, found, pins);
    if (key != NULL)
      g_ptr_array_add (table->keys, key);
    gpgme_key_unref (found);
  }
  if (gpgme_err_code (problem) != GPG_ERR_EOF) {
    mado_pgp_error_set (error, problem, "list of keys");
    return NULL;
  }
  return g_steal_pointer (&table);
}

MadoKeyTable *
mado_keyring_list (const MadoConf *conf, GError **error)
{
  g_auto (Engine) engine = ENGINE_INIT;

  if (!engine_open (&engine, conf, FALSE, error))
    return NULL;
  return list_keys (&engine, NULL, error);
}

/* Lists everything, which also brings the trust database up to date, and writes the table. */
static gboolean
write_table (Engine *engine, MadoKeyTable **listed, GError **error)
{
  g_autofree char *path = g_build_filename (engine->gnupg_home, "madoguchi-keys", NULL);
  g_autofree char *ring = g_build_filename (engine->gnupg_home, "pubring.kbx", NULL);
  g_autoptr (MadoKeyTable) table = list_keys (engine, NULL, error);
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
  g_auto (Engine) engine = ENGINE_INIT;

  return engine_open (&engine, conf, TRUE, error) && write_table (&engine, NULL, error);
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

static gboolean
import_into_context (Engine *engine, GBytes *block, char ***fingerprints, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gpgme_import_result_t result;
  gpgme_data_t data;
  gpgme_error_t problem;

  problem = gpgme_data_new_from_mem (&data, g_bytes_get_data (block, NULL), g_bytes_get_size (block), 0);
  if (problem != 0)
    return mado_pgp_error_set (error, problem, "key block");
  problem = gpgme_op_import (engine->context, data);
  gpgme_data_release (data);
  result = gpgme_op_import_result (engine->context);
  for (gpgme_import_status_t one = result != NULL ? result->imports : NULL; one != NULL; one = one->next)
    if (one->fpr != NULL && one->result == 0)
      g_hash_table_add (seen, g_ascii_strup (one->fpr, -1));
  if (g_hash_table_size (seen) == 0) {
    if (problem != 0 && gpgme_err_code (problem) != GPG_ERR_NO_DATA && gpgme_err_code (problem) != GPG_ERR_BAD_DATA)
      return mado_pgp_error_set (error, problem, "import");
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "no usable OpenPGP public key in it");
    return FALSE;
  }
  *fingerprints = (char **) g_hash_table_get_keys_as_array (seen, NULL);
  g_hash_table_steal_all (seen);
  return TRUE;
}

/* gpg replaces a ring in two steps, between which there is none: a mail that is opened just then would seem to be
 * for somebody else. So it works on a copy, which then takes the place of the ring in one step. */
static gboolean
import_block (Engine *engine, GBytes *block, char ***fingerprints, GError **error)
{
  g_autofree char *name = g_path_get_basename (engine->ring);
  g_autofree char *copy = g_build_filename (engine->scratch, name, NULL);
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  g_auto (GStrv) found = NULL;
  struct stat then = { 0 }, now = { 0 };

  if (stat (engine->ring, &then) == 0
      && (!mado_fsio_read_file (engine->ring, RING_BYTES_MAX, &before, error)
          || !mado_fsio_replace (copy, before, 0600, error)))
    return FALSE;
  if (!write_gpg_conf (engine, copy, TRUE, error) || !import_into_context (engine, block, &found, error)
      || !mado_fsio_read_file (copy, RING_BYTES_MAX, &after, error))
    return FALSE;
  if ((stat (engine->ring, &now) != 0 && then.st_ino != 0) || now.st_ino != then.st_ino || now.st_size != then.st_size
      || now.st_mtim.tv_sec != then.st_mtim.tv_sec || now.st_mtim.tv_nsec != then.st_mtim.tv_nsec) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s changed meanwhile: try again", engine->ring);
    return FALSE;
  }
  if (!mado_fsio_replace (engine->ring, after, then.st_ino != 0 ? (int) (then.st_mode & 0777) : 0644, error)
      || !write_gpg_conf (engine, engine->ring, FALSE, error))
    return FALSE;
  *fingerprints = g_steal_pointer (&found);
  return TRUE;
}

/* Pins every key of @fingerprints to the addresses of its user IDs that are not revoked. */
static gboolean
pin_all (Engine *engine, const MadoKeyTable *table, char **fingerprints, GError **error)
{
  g_autoptr (GHashTable) pins = NULL;

  if (!read_pins (engine, &pins, error))
    return FALSE;
  for (char **fingerprint = fingerprints; *fingerprint != NULL; fingerprint++) {
    const MadoKey *key = find_key (table, *fingerprint);
    for (guint i = 0; key != NULL && i < key->users->len; i++) {
      const MadoKeyUser *user = key->users->pdata[i];
      if (!user->is_revoked && user->address != NULL && strpbrk (user->address, " \t\r\n") == NULL)
        set_pin (pins, user->address, key->fingerprint);
    }
  }
  return write_pins (engine, pins, error);
}

gboolean
mado_keyring_import (const MadoConf *conf, GBytes *block, gboolean pin, MadoKeyTable **imported, GError **error)
{
  g_auto (Engine) engine = ENGINE_INIT;
  g_auto (GStrv) fingerprints = NULL;
  g_autoptr (MadoKeyTable) all = NULL;
  MadoKeyTable *mine;

  if (g_bytes_get_size (block) > BLOCK_BYTES_MAX) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "key block of more than %d bytes", BLOCK_BYTES_MAX);
    return FALSE;
  }
  if (!engine_open (&engine, conf, TRUE, error) || !import_block (&engine, block, &fingerprints, error))
    return FALSE;
  if (pin) {
    g_autoptr (MadoKeyTable) before = list_keys (&engine, NULL, error);
    if (before == NULL || !pin_all (&engine, before, fingerprints, error))
      return FALSE;
  }
  if (!write_table (&engine, &all, error))
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
  g_auto (Engine) engine = ENGINE_INIT;
  gpgme_data_t data;
  gpgme_error_t problem;
  size_t length = 0;
  char *armoured;
  GBytes *bytes = NULL;

  if (!is_fingerprint (fingerprint))
    return refuse_unknown (fingerprint, error), NULL;
  if (!engine_open (&engine, conf, FALSE, error))
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

gboolean
mado_keyring_pin (const MadoConf *conf, const char *address, const char *fingerprint, GError **error)
{
  g_auto (Engine) engine = ENGINE_INIT;
  g_autoptr (MadoKeyTable) table = NULL;
  g_autoptr (GHashTable) pins = NULL;
  const MadoKey *key;

  if (address == NULL || strchr (address, '@') == NULL || strlen (address) > 320
      || strpbrk (address, " \t\r\n<>,;") != NULL || *address == '#' || !g_utf8_validate (address, -1, NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "that is no mail address");
    return FALSE;
  }
  if (!is_fingerprint (fingerprint))
    return refuse_unknown (fingerprint, error);
  if (!engine_open (&engine, conf, TRUE, error))
    return FALSE;
  table = list_keys (&engine, fingerprint, error);
  if (table == NULL)
    return FALSE;
  key = find_key (table, fingerprint);
  if (key == NULL)
    return refuse_unknown (fingerprint, error);
  if (!read_pins (&engine, &pins, error))
    return FALSE;
  set_pin (pins, address, key->fingerprint);
  return write_pins (&engine, pins, error) && write_table (&engine, NULL, error);
}

gboolean
mado_keyring_unpin (const MadoConf *conf, const char *address, GError **error)
{
  g_auto (Engine) engine = ENGINE_INIT;
  g_autoptr (GHashTable) pins = NULL;
  g_autofree char *lower = g_ascii_strdown (address != NULL ? address : "", -1);

  if (!engine_open (&engine, conf, TRUE, error) || !read_pins (&engine, &pins, error))
    return FALSE;
  if (!g_hash_table_remove (pins, lower)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: not pinned", lower);
    return FALSE;
  }
  return write_pins (&engine, pins, error) && write_table (&engine, NULL, error);
}
