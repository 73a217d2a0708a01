/* ring-engine.c: see ring-engine.h. Never called while a mail is opened or an answer is sealed. */
#include "madoguchi/pgp/ring-engine.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/context.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRUST_BYTES_MAX (256 * 1024 * 1024)
/* The version record of a trust database (GnuPG, doc/DETAILS): when to look again, after its creation. */
#define NEXT_CHECK 16

void
mado_ring_engine_clear (MadoRingEngine *engine)
{
  mado_pgp_context_free (engine->context);
  if (engine->scratch != NULL)
    mado_fsio_remove_tree (engine->scratch, NULL);
  if (engine->lock >= 0)
    close (engine->lock);
  g_free (engine->scratch);
  g_free (engine->ring);
  g_free (engine->archive);
  g_free (engine->gnupg_home);
  *engine = (MadoRingEngine) MADO_RING_ENGINE_INIT;
}

static gboolean
take_lock (MadoRingEngine *engine, GError **error)
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
second_ring (const MadoRingEngine *engine)
{
  g_autofree char *old_ring = g_build_filename (engine->gnupg_home, "pubring.gpg", NULL);

  if (strcmp (old_ring, engine->ring) == 0 || !g_file_test (old_ring, G_FILE_TEST_EXISTS))
    return NULL;
  return g_steal_pointer (&old_ring);
}

static void
find_rings (MadoRingEngine *engine)
{
  g_autofree char *old_ring = g_build_filename (engine->gnupg_home, "pubring.gpg", NULL);

  engine->archive = g_build_filename (engine->gnupg_home, "madoguchi-archive.kbx", NULL);
  engine->ring = g_build_filename (engine->gnupg_home, "pubring.kbx", NULL);
  if (!g_file_test (engine->ring, G_FILE_TEST_EXISTS) && g_file_test (old_ring, G_FILE_TEST_EXISTS)) {
    g_free (engine->ring);
    engine->ring = g_steal_pointer (&old_ring);
  }
}

static char *
trust_path (const MadoRingEngine *engine, MadoRingUse use)
{
  return g_build_filename (engine->scratch, use == MADO_RING_WEB ? "trust-web.gpg" : "trust-own.gpg", NULL);
}

static void
add_rings (const MadoRingEngine *engine, MadoRingUse use, const char *file, GString *conf)
{
  g_autofree char *second = second_ring (engine);
  gboolean has_archive = use == MADO_RING_WEB || use == MADO_RING_ALL || use == MADO_RING_MERGE;

  if (file != NULL)
    g_string_append_printf (conf, "primary-keyring %s\n", file);
  else if (use == MADO_RING_WEB || use == MADO_RING_MERGE)
    g_string_append_printf (conf, "primary-keyring %s\n", engine->archive);
  else
    g_string_append_printf (conf, "primary-keyring %s\n", engine->ring);
  if (use == MADO_RING_ALL && has_archive)
    g_string_append_printf (conf, "keyring %s\n", engine->archive);
  if (second != NULL && use != MADO_RING_WEB && use != MADO_RING_MERGE)
    g_string_append_printf (conf, "keyring %s\n", second);
}

gboolean
mado_ring_engine_use (const MadoRingEngine *engine, MadoRingUse use, const char *file, GError **error)
{
  g_autofree char *path = g_build_filename (engine->scratch, "gpg.conf", NULL);
  g_autofree char *trust = trust_path (engine, use);
  g_autoptr (GString) conf = g_string_new ("no-default-keyring\n"
                                           "no-random-seed-file\n"
                                           "no-auto-key-retrieve\n"
                                           "no-auto-check-trustdb\n"
                                           "disable-dirmngr\n"
                                           "no-autostart\n"
                                           "lock-never\n"
                                           "no-emit-version\n"
                                           "no-comments\n"
                                           "trust-model pgp\n");
  g_autoptr (GBytes) bytes = NULL;

  add_rings (engine, use, file, conf);
  g_string_append (conf, use == MADO_RING_MERGE ? "import-options import-local-sigs\n"
                                                : "import-options self-sigs-only,import-clean\n");
  g_string_append (conf, use == MADO_RING_DUMP ? "export-options export-local-sigs\n" : "export-options export-minimal\n");
  /* Only who was certified by a key of ours: nobody introduces others. */
  if (use == MADO_RING_OWN)
    g_string_append (conf, "max-cert-depth 1\n");
  g_string_append_printf (conf, "trustdb-name %s\n", trust);
  bytes = g_bytes_new (conf->str, conf->len);
  return mado_fsio_replace (path, bytes, 0600, error);
}

gboolean
mado_ring_engine_open (MadoRingEngine *engine, const MadoConf *conf, gboolean is_writing, GError **error)
{
  g_autoptr (GError) problem = NULL;

  engine->gnupg_home = g_canonicalize_filename (mado_conf_string (conf, "crypto", "gnupg-home"), NULL);
  engine->conf = conf;
  engine->trust_model = mado_conf_string (conf, "crypto", "trust-model");
  if (is_writing && !take_lock (engine, error))
    return FALSE;
  engine->scratch = g_dir_make_tmp ("madoguchi-XXXXXX", &problem);
  if (engine->scratch == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s", problem->message);
    return FALSE;
  }
  find_rings (engine);
  if (!mado_ring_engine_use (engine, MADO_RING_OWN, NULL, error))
    return FALSE;
  engine->context = mado_pgp_context_new (engine->scratch, error);
  return engine->context != NULL;
}

gboolean
mado_ring_engine_run (const MadoRingEngine *engine, const char *const *arguments, gboolean *worked, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GError) problem = NULL;
  int status = 0;

  g_ptr_array_add (argv, (gpointer) "gpg");
  g_ptr_array_add (argv, (gpointer) "--homedir");
  g_ptr_array_add (argv, engine->scratch);
  g_ptr_array_add (argv, (gpointer) "--batch");
  g_ptr_array_add (argv, (gpointer) "--yes");
  g_ptr_array_add (argv, (gpointer) "--quiet");
  for (gsize i = 0; arguments[i] != NULL; i++)
    g_ptr_array_add (argv, (gpointer) arguments[i]);
  g_ptr_array_add (argv, NULL);
  if (!g_spawn_sync (NULL, (char **) argv->pdata, NULL,
                     G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                     &status, &problem)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "gpg: %s", problem->message);
    return FALSE;
  }
  *worked = WIFEXITED (status) && WEXITSTATUS (status) == 0;
  return TRUE;
}

/* Whom the administrator trusts to introduce others stands in the trust database. */
static gboolean
copy_trust (const MadoRingEngine *engine, MadoRingUse use, GError **error)
{
  g_autofree char *source = g_build_filename (engine->gnupg_home, "trustdb.gpg", NULL);
  g_autofree char *copy = trust_path (engine, use);
  g_autoptr (GBytes) bytes = NULL;

  if (access (source, R_OK) != 0)
    return TRUE; /* none, or not for us: nobody is vouched for by a signature */
  return mado_fsio_read_file (source, TRUST_BYTES_MAX, &bytes, error) && mado_fsio_replace (copy, bytes, 0600, error);
}

static gint64
read_next_check (const MadoRingEngine *engine, MadoRingUse use)
{
  g_autofree char *path = trust_path (engine, use);
  g_autoptr (GBytes) bytes = NULL;
  const guint8 *record;
  gsize size;

  if (!mado_fsio_read_file (path, TRUST_BYTES_MAX, &bytes, NULL))
    return 0;
  record = g_bytes_get_data (bytes, &size);
  if (size < NEXT_CHECK + 4 || memcmp (record, "\x01gpg\x03", 5) != 0)
    return 0;
  record += NEXT_CHECK;
  return ((gint64) record[0] << 24) | ((gint64) record[1] << 16) | ((gint64) record[2] << 8) | record[3];
}

gboolean
mado_ring_engine_compute (const MadoRingEngine *engine, MadoRingUse use, gint64 *until, GError **error)
{
  static const char *const check[] = { "--check-trustdb", NULL };
  gboolean worked = FALSE;

  if (!copy_trust (engine, use, error) || !mado_ring_engine_use (engine, use, NULL, error)
      || !mado_ring_engine_run (engine, check, &worked, error))
    return FALSE;
  *until = worked ? read_next_check (engine, use) : 0;
  return TRUE;
}

gboolean
mado_ring_engine_import (const MadoRingEngine *engine, GBytes *block, char ***fingerprints, GError **error)
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
