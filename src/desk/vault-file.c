/* vault-file.c: see vault-file.h. Called before the store is opened. Must never write a secret that is not wrapped, nor make
 * keys for a store that other keys sealed. */
#include "madoguchi/desk/vault-file.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/secret.h"
#include "madoguchi/desk/store.h"
#include "madoguchi/ipc/peer.h"
#include "madoguchi/ipc/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MAX_FILE (256 * 1024)
#define PAUSE_US (100 * 1000)
#define CALL_MS 40000

typedef struct {
  const MadoConf *conf;
  gint64 deadline; /* monotonic, microseconds */
} Wait;

void
mado_vault_file_clear (MadoVaultFile *file)
{
  g_free (file->path);
  g_strfreev (file->keys);
  g_free (file->signer);
  *file = (MadoVaultFile) { 0 };
}

static char *
path_of (const MadoConf *conf)
{
  const char *url = mado_conf_string (conf, "store", "url");

  return g_strdup_printf ("%s.key", g_str_has_prefix (url, "sqlite:") ? url + strlen ("sqlite:") : url);
}

/* --- asking the roles ---------------------------------------------------------------------------------- */

static gboolean
ask_once (const Wait *wait, const char *role, const char *verb, int fd, MadoPacket *answer, GError **error)
{
  const char *runtime = mado_conf_string (wait->conf, "runtime", "directory");
  g_autofree char *path = mado_wire_path (runtime, role);
  int socket = mado_wire_connect (path, CALL_MS, error);
  gboolean ok;

  if (socket < 0)
    return FALSE;
  ok = mado_wire_call (socket, verb, NULL, fd, answer, error);
  close (socket);
  return ok;
}

static gboolean
is_passing (const GError *problem)
{
  return g_error_matches (problem, MADO_ERROR, MADO_ERROR_UNAVAILABLE) || g_error_matches (problem, MADO_ERROR, MADO_ERROR_TEMP);
}

/* Asks until there is an answer: roles are started at the same time, and their agents may come later. */
static gboolean
ask (const Wait *wait, const char *role, const char *verb, int fd, MadoPacket *answer, GError **error)
{
  for (gboolean is_said = FALSE;; is_said = TRUE) {
    g_autoptr (GError) problem = NULL;
    if (ask_once (wait, role, verb, fd, answer, &problem))
      return TRUE;
    if (!is_passing (problem) || g_get_monotonic_time () >= wait->deadline) {
      if (is_passing (problem))
        problem->code = MADO_ERROR_TEMP;
      g_propagate_prefixed_error (error, g_steal_pointer (&problem), "%s: %s: ", role, verb);
      return FALSE;
    }
    if (!is_said)
      mado_log (MADO_LOG_INFO, NULL, "vault-waits", "role=%s why=\"%s\"", role, problem->message);
    g_usleep (PAUSE_US);
  }
}

/* (transfer full) what the file @armor holds. */
static MadoVault *
unwrap (const Wait *wait, GBytes *armor, MadoVaultFile *file, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GBytes) secrets = NULL;
  const char *signer = "";
  int fd = mado_fsio_memfd ("wrapped", armor, error);
  gboolean ok = fd >= 0 && ask (wait, MADO_PEER_OPENER, "unwrap", fd, &answer, error);

  if (fd >= 0)
    close (fd);
  if (!ok || (secrets = mado_secret_take (answer.fd, error)) == NULL)
    return NULL;
  g_variant_lookup (answer.body, "signer", "&s", &signer);
  g_clear_pointer (&file->keys, g_strfreev);
  g_free (file->signer);
  file->signer = g_strdup (signer);
  if (!g_variant_lookup (answer.body, "keys", "^as", &file->keys))
    file->keys = g_new0 (char *, 1);
  return mado_vault_import (secrets, error);
}

/* (transfer full) @vault, wrapped; shown to open again before anything depends on it. */
static GBytes *
wrap (const Wait *wait, const MadoVault *vault, MadoVaultFile *file, GError **error)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GBytes) secrets = mado_vault_export (vault), armor = NULL;
  g_autoptr (MadoVault) again = NULL;
  int fd = mado_secret_memfd (secrets, error);
  gboolean ok = fd >= 0 && ask (wait, MADO_PEER_SIGNER, "wrap", fd, &answer, error);

  if (fd >= 0) {
    mado_secret_wipe (fd, NULL);
    close (fd);
  }
  if (!ok || !mado_fsio_read_all (answer.fd, MAX_FILE, &armor, error))
    return NULL;
  again = unwrap (wait, armor, file, error);
  return again != NULL ? g_steal_pointer (&armor) : NULL;
}

/* --- the file ------------------------------------------------------------------------------------------ */

gboolean
mado_vault_file_replace (const MadoVaultFile *file, GBytes *armor, GError **error)
{
  return mado_fsio_replace (file->path, armor, 0600, error);
}

/* Puts the first keys of a store in place, unless another keeper was faster. */
static gboolean
create (const MadoVaultFile *file, GBytes *armor, GError **error)
{
  g_autofree char *beside = g_strdup_printf ("%s.%d", file->path, (int) getpid ());
  g_autofree char *directory = g_path_get_dirname (file->path);
  gboolean ok = mado_fsio_replace (beside, armor, 0600, error);
  int dirfd;

  if (!ok)
    return FALSE;
  if (renameat2 (AT_FDCWD, beside, AT_FDCWD, file->path, RENAME_NOREPLACE) != 0) {
    mado_error_set_errno (error, file->path);
    unlink (beside);
    return FALSE;
  }
  dirfd = mado_fsio_open_dir (directory, 0700, error);
  if (dirfd < 0)
    return FALSE;
  ok = mado_fsio_sync_dir (dirfd, error);
  close (dirfd);
  return ok;
}

/* Secrets that lay here in the clear are overwritten. What the disk keeps of them elsewhere, only a rotation makes worthless. */
static gboolean
erase (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  gboolean ok;

  if (fd < 0)
    return errno == ENOENT || mado_error_set_errno (error, path);
  ok = mado_secret_wipe (fd, error) && (fsync (fd) == 0 || mado_error_set_errno (error, path));
  close (fd);
  return ok && (unlink (path) == 0 || mado_error_set_errno (error, path));
}

/* (transfer full) the vault that lay in @file in the clear, as earlier versions left it; wrapped from now on. */
static MadoVault *
migrate (const Wait *wait, GBytes *text, MadoVaultFile *file, GError **error)
{
  g_autofree char *old = g_strdup_printf ("%s.old", file->path);
  g_autoptr (MadoVault) vault = mado_vault_import (text, error);
  g_autoptr (GBytes) armor = vault != NULL ? wrap (wait, vault, file, error) : NULL;

  if (armor == NULL)
    return NULL;
  if (link (file->path, old) != 0 && errno != EEXIST) {
    mado_error_set_errno (error, old);
    return NULL;
  }
  if (!mado_vault_file_replace (file, armor, error))
    return NULL;
  mado_log (MADO_LOG_INFO, NULL, "vault-wrapped", "path=%s was=plain", file->path);
  return g_steal_pointer (&vault);
}

static MadoVault *
make_new (const Wait *wait, const char *url, MadoVaultFile *file, GError **error)
{
  g_autoptr (MadoVault) vault = NULL;
  g_autoptr (GBytes) armor = NULL;
  gboolean is_sealed = FALSE;

  if (!mado_store_is_sealed (url, &is_sealed, error))
    return NULL;
  if (is_sealed) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF,
                 "the file is missing, and the store %s is sealed: nothing in it can be read without that file; bring it back from a copy",
                 url);
    return NULL;
  }
  vault = mado_vault_new ();
  armor = wrap (wait, vault, file, error);
  if (armor == NULL || !create (file, armor, error))
    return NULL;
  mado_log (MADO_LOG_INFO, NULL, "vault-made", "path=%s keys=%u", file->path, g_strv_length (file->keys));
  return g_steal_pointer (&vault);
}

/* A file that is not what it should be is nothing that passes by itself. */
static void
explain (GError **error, const char *path)
{
  if (error == NULL || *error == NULL)
    return;
  if (g_error_matches (*error, MADO_ERROR, MADO_ERROR_PERM) || g_error_matches (*error, MADO_ERROR, MADO_ERROR_LIMIT)
      || g_error_matches (*error, MADO_ERROR, MADO_ERROR_NO))
    (*error)->code = MADO_ERROR_CONF;
  g_prefix_error (error, "the keys of the store (%s): ", path);
}

static MadoVault *
open_file (const Wait *wait, MadoVaultFile *file, GError **error)
{
  const char *url = mado_conf_string (wait->conf, "store", "url");
  g_autofree char *directory = g_path_get_dirname (file->path);
  g_autofree char *old = g_strdup_printf ("%s.old", file->path);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (MadoVault) vault = NULL;

  if (g_mkdir_with_parents (directory, 0700) != 0) {
    mado_error_set_errno (error, directory);
    return NULL;
  }
  if (access (file->path, F_OK) != 0 && errno == ENOENT)
    return make_new (wait, url, file, error);
  if (!mado_fsio_read_file (file->path, MAX_FILE, &bytes, error))
    return NULL;
  if (mado_secret_is_vault (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes)))
    vault = migrate (wait, bytes, file, error);
  else
    vault = unwrap (wait, bytes, file, error);
  return vault != NULL && erase (old, error) ? g_steal_pointer (&vault) : NULL;
}

MadoVault *
mado_vault_file_open (const MadoConf *conf, guint wait_ms, MadoVaultFile *file, GError **error)
{
  const Wait wait = { conf, g_get_monotonic_time () + (gint64) wait_ms * 1000 };
  g_auto (MadoVaultFile) found = { .path = path_of (conf) };
  MadoVault *vault = open_file (&wait, &found, error);

  if (vault == NULL) {
    explain (error, found.path);
    return NULL;
  }
  *file = found;
  found = (MadoVaultFile) { 0 };
  return vault;
}
