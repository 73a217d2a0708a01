/* verb-keys.c: the known public keys. When a keeper runs, it has the keyring role do the work; otherwise the
 * command line does it itself, under the keyring's lock. What a key calls itself is a stranger's text. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-incident.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/keyring.h"

#include <grp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_MAX (1024 * 1024)

typedef struct {
  MadoCli *cli;
  gboolean has_keeper;
  const char *who; /* asks; for what the keyring writes down */
} Keys;

/* What was read of a file that is to be imported. */
typedef struct {
  const char *path;
  GBytes *block;
  GError *problem; /* instead of it */
} File;

static void
file_free (gpointer data)
{
  File *file = data;

  g_clear_pointer (&file->block, g_bytes_unref);
  g_clear_error (&file->problem);
  g_free (file);
}

/* Root may do the keyring's work while no keeper runs, as for the team's own key before the first start. He does it as the owner of the
 * directory, to the end of the program: what is written belongs to madoguchi-keyring, and nothing that a less privileged user
 * put there leads root to other files. Whoever is not root, or whose directory is root's, goes on as he is. Errors: TEMP. */
static gboolean
become_owner (const Keys *keys, GError **error)
{
  const char *home = mado_conf_string (keys->cli->conf, "crypto", "gnupg-home");
  const char *scratch = g_getenv ("TMPDIR");
  struct stat info;

  if (keys->has_keeper || geteuid () != 0 || home == NULL || stat (home, &info) != 0 || info.st_uid == 0)
    return TRUE;
  if (setgroups (1, &info.st_gid) != 0 || setresgid (info.st_gid, info.st_gid, info.st_gid) != 0
      || setresuid (info.st_uid, info.st_uid, info.st_uid) != 0)
    return mado_error_set_errno (error, home);
  if (scratch != NULL && access (scratch, W_OK | X_OK) != 0)
    g_unsetenv ("TMPDIR"); /* root's own */
  return TRUE;
}

/* (transfer full) @text as 40 (or 64) upper-case hexadecimal digits. Errors: USAGE. */
static char *
read_fingerprint (const char *text, GError **error)
{
  g_autoptr (GString) digits = g_string_new (NULL);
  gboolean ok = TRUE;

  if (g_str_has_prefix (text, "0x"))
    text += 2;
  for (const char *p = text; *p != '\0'; p++)
    if (g_ascii_isxdigit (*p))
      g_string_append_c (digits, g_ascii_toupper (*p));
    else
      ok = ok && *p == ' ';
  if (ok && (digits->len == 40 || digits->len == 64))
    return g_string_free (g_steal_pointer (&digits), FALSE);
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not a fingerprint (40 hexadecimal digits)", text);
  return NULL;
}

static gboolean
check_address (const char *address, GError **error)
{
  const char *at = strchr (address, '@');

  if (at != NULL && at != address && at[1] != '\0' && strpbrk (address, " \t\r\n<>") == NULL)
    return mado_member_check_text ("ADDRESS", address, 1000, error);
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not an address", address);
  return FALSE;
}

static gboolean
print_key (MadoCli *cli, const MadoKey *key, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (cli->options.json)
    return mado_member_print_json (cli, &mado_key_type, key, error);
  mado_view_key (text, mado_view_columns (STDOUT_FILENO), key);
  return mado_cli_print (cli, text->str, error);
}

static gboolean
print_table (MadoCli *cli, const MadoKeyTable *table, GError **error)
{
  for (guint i = 0; i < table->keys->len; i++)
    if (!print_key (cli, table->keys->pdata[i], error))
      return FALSE;
  return TRUE;
}

/* (transfer full) the keys in an answer of the keeper. */
static MadoKeyTable *
read_table (const MadoPacket *answer, GError **error)
{
  GPtrArray *items = mado_member_items (answer, &mado_key_type, error);
  MadoKeyTable *table;

  if (items == NULL)
    return NULL;
  table = mado_key_table_new ();
  g_ptr_array_unref (table->keys);
  table->keys = items;
  return table;
}

/* (transfer full) */
static MadoKeyTable *
list_keys (const Keys *keys, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;

  if (!keys->has_keeper) {
    g_autoptr (MadoKeyIndex) index = mado_key_index_load (keys->cli->conf, error);
    return index == NULL ? NULL : mado_record_copy (&mado_key_table_type, mado_key_index_table (index));
  }
  if (!mado_member_ask (keys->cli->conf, "keys-list", NULL, -1, &answer, error))
    return NULL;
  return read_table (&answer, error);
}

static gboolean
run_list (const Keys *keys, GError **error)
{
  g_autoptr (MadoKeyTable) table = list_keys (keys, error);

  return table != NULL && print_table (keys->cli, table, error);
}

static gboolean
names_key (const MadoKey *key, const char *fingerprint)
{
  return g_strcmp0 (key->fingerprint, fingerprint) == 0
         || g_strv_contains ((const char *const *) key->subkeys, fingerprint);
}

static gboolean
run_show (const Keys *keys, GError **error)
{
  g_autofree char *fingerprint = read_fingerprint (mado_cli_argument (keys->cli, 1), error);

  if (fingerprint == NULL)
    return FALSE;
  g_autoptr (MadoKeyTable) table = list_keys (keys, error);
  if (table == NULL)
    return FALSE;
  for (guint i = 0; i < table->keys->len; i++)
    if (names_key (table->keys->pdata[i], fingerprint))
      return print_key (keys->cli, table->keys->pdata[i], error);
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: no such key", fingerprint);
  return FALSE;
}

/* (transfer full) what became of the keys in @block. */
static MadoKeyTable *
import_block (const Keys *keys, GBytes *block, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  MadoCli *cli = keys->cli;
  MadoKeyTable *table = NULL;
  GVariantDict dict;
  int fd;
  gboolean ok;

  if (!keys->has_keeper)
    return mado_keyring_import (cli->conf, block, cli->options.pin, keys->who, &table, error) ? table : NULL;
  fd = mado_fsio_memfd ("keys", block, error);
  if (fd < 0)
    return NULL;
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "pin", "b", cli->options.pin);
  ok = mado_member_ask (cli->conf, "keys-import", g_variant_dict_end (&dict), fd, &answer, error);
  close (fd);
  return ok ? read_table (&answer, error) : NULL;
}

static File *
read_file (const char *path)
{
  File *file = g_new0 (File, 1);
  gboolean is_stdin = strcmp (path, "-") == 0;
  int fd = is_stdin ? STDIN_FILENO : mado_member_open_file (path, &file->problem);

  file->path = path;
  if (fd >= 0)
    mado_fsio_read_all (fd, BLOCK_MAX, &file->block, &file->problem);
  if (fd >= 0 && !is_stdin)
    close (fd);
  return file;
}

static gboolean
import_file (const Keys *keys, const File *file, GError **error)
{
  if (file->block == NULL) {
    g_propagate_error (error, g_error_copy (file->problem));
    return FALSE;
  }
  g_autoptr (MadoKeyTable) table = import_block (keys, file->block, error);
  return table != NULL && print_table (keys->cli, table, error);
}

/* Every file is tried; the first trouble decides the exit status. All are read first, by who asks. */
static gboolean
run_import (const Keys *keys, GError **error)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (file_free);

  for (guint i = 1; i < keys->cli->n_arguments; i++)
    g_ptr_array_add (files, read_file (mado_cli_argument (keys->cli, i)));
  if (!become_owner (keys, error))
    return FALSE;
  for (guint i = 0; i < files->len; i++) {
    g_autoptr (GError) problem = NULL;
    const File *file = files->pdata[i];
    if (import_file (keys, file, &problem))
      continue;
    g_autofree char *what = g_str_has_prefix (problem->message, file->path)
                                ? g_strdup_printf ("keys: %s", problem->message)
                                : g_strdup_printf ("keys: %s: %s", file->path, problem->message);
    mado_cli_warn (what);
    if (keys->cli->status == 0)
      keys->cli->status = mado_error_exit_status (problem);
  }
  return TRUE;
}

static gboolean
run_export (const Keys *keys, GError **error)
{
  g_autofree char *fingerprint = read_fingerprint (mado_cli_argument (keys->cli, 1), error);
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GBytes) block = NULL;

  if (fingerprint == NULL)
    return FALSE;
  if (!keys->has_keeper) {
    block = mado_keyring_export (keys->cli->conf, fingerprint, error);
  } else if (mado_member_ask (keys->cli->conf, "keys-export", mado_member_body ("fingerprint", fingerprint, NULL), -1,
                              &answer, error)) {
    if (lseek (answer.fd, 0, SEEK_SET) != 0) {
      g_set_error_literal (error, MADO_ERROR, MADO_ERROR_BUG, "the keeper sent no key");
      return FALSE;
    }
    mado_fsio_read_all (answer.fd, 16 * BLOCK_MAX, &block, error);
  }
  if (block == NULL)
    return FALSE;
  if (keys->cli->options.output != NULL)
    return mado_fsio_replace (keys->cli->options.output, block, 0644, error);
  g_autofree char *text = g_strndup (g_bytes_get_data (block, NULL), g_bytes_get_size (block));
  g_autofree char *safe = mado_text_visible (text);
  return mado_cli_print (keys->cli, safe, error);
}

/* Prints what is known of a key after a change; under --json alone, as scripts expect. */
static gboolean
print_outcome (const Keys *keys, const MadoKey *key, const char *subject, const char *fingerprint, GError **error)
{
  g_autoptr (GVariant) body = NULL;

  if (!keys->cli->options.json)
    return TRUE;
  if (key != NULL)
    return print_key (keys->cli, key, error);
  body = g_variant_ref_sink (mado_member_body ("address", subject, "fingerprint", fingerprint, NULL));
  return mado_member_print_body (keys->cli, body, error);
}

/* Has the keeper, or else the keyring itself, do @verb. @subject, @fingerprint: nullable. */
static gboolean
change (const Keys *keys, const char *verb, const char *subject, const char *fingerprint, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autofree char *asked = g_strconcat ("keys-", verb, NULL);
  g_autoptr (MadoKey) key = NULL;
  gboolean is_removal = strcmp (verb, "rm") == 0;

  if (!become_owner (keys, error))
    return FALSE;
  if (keys->has_keeper) {
    if (!mado_member_ask (keys->cli->conf, asked, mado_member_body ("address", subject, "fingerprint", fingerprint, NULL), -1,
                          &answer, error))
      return FALSE;
    if (answer.body != NULL && g_variant_n_children (answer.body) > 0)
      key = mado_key_from_variant (answer.body, error);
    if (answer.body != NULL && g_variant_n_children (answer.body) > 0 && key == NULL)
      return FALSE;
  } else if (is_removal ? !mado_keyring_remove (keys->cli->conf, fingerprint, error)
                        : !mado_keyring_state (keys->cli->conf, verb, subject, fingerprint, keys->who, &key, error)) {
    return FALSE;
  }
  return print_outcome (keys, key, subject, fingerprint, error);
}

/* ADDRESS FPR, or ADDRESS alone. */
static gboolean
run_about_address (const Keys *keys, GError **error)
{
  const char *address = mado_cli_argument (keys->cli, 1);
  const char *key = mado_cli_argument (keys->cli, 2);
  g_autofree char *fingerprint = NULL;

  if (!check_address (address, error))
    return FALSE;
  if (key != NULL) {
    fingerprint = read_fingerprint (key, error);
    if (fingerprint == NULL)
      return FALSE;
  }
  return change (keys, mado_cli_argument (keys->cli, 0), address, fingerprint, error);
}

/* A domain has a dot, and nothing that an address could have. */
static gboolean
check_domain (const char *text, GError **error)
{
  if (strchr (text, '@') != NULL)
    return check_address (text, error);
  if (strchr (text, '.') != NULL && strpbrk (text, " \t\r\n<>,;") == NULL)
    return mado_member_check_text ("DOMAIN", text, 253, error);
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: neither a domain nor an address", text);
  return FALSE;
}

/* DOMAIN|ADDRESS FPR, or the first alone. */
static gboolean
run_about_domain (const Keys *keys, GError **error)
{
  const char *subject = mado_cli_argument (keys->cli, 1);
  const char *key = mado_cli_argument (keys->cli, 2);
  g_autofree char *fingerprint = NULL;

  if (!check_domain (subject, error))
    return FALSE;
  if (key != NULL) {
    fingerprint = read_fingerprint (key, error);
    if (fingerprint == NULL)
      return FALSE;
  }
  return change (keys, mado_cli_argument (keys->cli, 0), subject, fingerprint, error);
}

static gboolean
run_about_key (const Keys *keys, GError **error)
{
  g_autofree char *fingerprint = read_fingerprint (mado_cli_argument (keys->cli, 1), error);

  return fingerprint != NULL && change (keys, mado_cli_argument (keys->cli, 0), NULL, fingerprint, error);
}

/* --- what addresses are known by: the keeper's own memory --------------------------------------------------- */

static gboolean
run_known (const Keys *keys, GError **error)
{
  const char *address = mado_cli_argument (keys->cli, 1);
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GPtrArray) items = NULL;
  gboolean ok;

  if (!mado_member_ask (keys->cli->conf, "keys-known", mado_member_body ("address", address, NULL), -1, &answer, error))
    return FALSE;
  items = mado_member_items (&answer, &mado_known_key_type, error);
  ok = items != NULL;
  for (guint i = 0; ok && i < items->len; i++) {
    g_autoptr (GString) text = g_string_new (NULL);
    mado_view_known_key (text, mado_view_columns (STDOUT_FILENO), items->pdata[i]);
    ok = keys->cli->options.json ? mado_member_print_json (keys->cli, &mado_known_key_type, items->pdata[i], error)
                                 : mado_cli_print (keys->cli, text->str, error);
  }
  for (guint i = 0; items != NULL && i < items->len; i++)
    mado_known_key_free (items->pdata[i]);
  return ok;
}

static gboolean
run_forget (const Keys *keys, GError **error)
{
  const char *address = mado_cli_argument (keys->cli, 1);
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;

  if (!check_address (address, error)
      || !mado_member_ask (keys->cli->conf, "keys-forget", mado_member_body ("address", address, NULL), -1, &answer, error))
    return FALSE;
  return !keys->cli->options.json || mado_member_print_body (keys->cli, answer.body, error);
}

/* --- directories: the keeper has them asked ----------------------------------------------------------------- */

/* (transfer full, nullable) ADDRESS or FPR as the keeper wants it. */
static char *
read_subject (const char *text, GError **error)
{
  if (strchr (text, '@') == NULL)
    return read_fingerprint (text, error);
  return check_address (text, error) ? g_strdup (text) : NULL;
}

static gboolean
print_found (const Keys *keys, const GPtrArray *items, gboolean *has_key, GError **error)
{
  gboolean ok = TRUE;

  for (guint i = 0; ok && i < items->len; i++) {
    const MadoFoundKey *found = items->pdata[i];
    g_autoptr (GString) text = g_string_new (NULL);
    *has_key |= found->source != NULL;
    mado_view_found_key (text, mado_view_columns (STDOUT_FILENO), found);
    ok = keys->cli->options.json ? mado_member_print_json (keys->cli, &mado_found_key_type, found, error)
                                 : mado_cli_print (keys->cli, text->str, error);
  }
  return ok;
}

/* One that was asked for by name and is not there: 1; all keys: what there is. */
static gboolean
run_refresh (const Keys *keys, GError **error)
{
  const char *argument = mado_cli_argument (keys->cli, 1);
  g_autofree char *subject = argument != NULL ? read_subject (argument, error) : NULL;
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GPtrArray) items = NULL;
  gboolean has_key = FALSE;
  gint64 left = 0;

  if ((argument != NULL && subject == NULL)
      || !mado_member_ask (keys->cli->conf, "keys-refresh", mado_member_body ("subject", subject, NULL), -1, &answer, error))
    return FALSE;
  items = mado_member_items (&answer, &mado_found_key_type, error);
  if (items != NULL)
    g_ptr_array_set_free_func (items, (GDestroyNotify) mado_found_key_free);
  if (items == NULL || !print_found (keys, items, &has_key, error))
    return FALSE;
  if (g_variant_lookup (answer.body, "left", "x", &left) && left > 0) {
    g_autofree char *words = g_strdup_printf ("keys: %" G_GINT64_FORMAT " addresses are still being looked for", left);
    mado_cli_warn (words);
  }
  if (subject != NULL && !has_key)
    keys->cli->status = 1;
  return TRUE;
}

static gboolean
run_roll_over (const Keys *keys, GError **error)
{
  const char *asked = keys->cli->options.new_key;
  g_autofree char *fingerprint = asked == NULL ? NULL : read_fingerprint (asked, error);

  return (asked == NULL || fingerprint != NULL) && mado_verb_roll_over (keys->cli, fingerprint, error);
}

gboolean
mado_verb_keys (MadoCli *cli, GError **error)
{
  static const struct {
    const char *name;
    guint min, max; /* arguments, its own name included */
    gboolean (*run) (const Keys *keys, GError **error);
  } table[] = {
    { "ls", 1, 1, run_list },
    { "show", 2, 2, run_show },
    { "import", 2, G_MAXUINT, run_import },
    { "export", 2, 2, run_export },
    { "pin", 3, 3, run_about_address },
    { "unpin", 2, 2, run_about_address },
    { "map", 3, 3, run_about_domain },
    { "unmap", 2, 2, run_about_domain },
    { "certify", 2, 2, run_about_key },
    { "uncertify", 2, 2, run_about_key },
    { "distrust", 2, 2, run_about_key },
    { "undistrust", 2, 2, run_about_key },
    { "rm", 2, 2, run_about_key },
    { "known", 1, 2, run_known },
    { "forget", 2, 2, run_forget },
    { "refresh", 1, 2, run_refresh },
    { "roll-over", 1, 1, run_roll_over },
  };
  const char *name = mado_cli_argument (cli, 0);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].name, name) == 0 && cli->n_arguments >= table[i].min && cli->n_arguments <= table[i].max) {
      const Keys keys = { cli, mado_member_keeper_runs (cli->conf), g_get_user_name () };
      return table[i].run (&keys, error);
    }
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE,
                       "usage: madoguchi keys ls|show FPR|import [--pin] FILE...|export FPR|pin ADDRESS FPR|unpin ADDRESS"
                       "|map DOMAIN|ADDRESS FPR|unmap DOMAIN|ADDRESS|certify FPR|uncertify FPR|distrust FPR"
                       "|undistrust FPR|rm FPR|known [ADDRESS]|forget ADDRESS|refresh [ADDRESS|FPR]"
                       "|roll-over [--new FPR]");
  return FALSE;
}
