/* rewrap.c: see rewrap.h. Called by renewal.c. Must never let anything be sealed by a key that is not in the file yet. */
#include "madoguchi/desk/rewrap.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/secret.h"

#include <unistd.h>

#define MAX_FILE (256 * 1024)

typedef struct {
  MadoDesk *desk;
  MadoVault *next;
  GBytes *armor;
  int secrets; /* memory file; -1: wiped */
  MadoRewrapDone done;
  gpointer data;
} Job;

MadoVault *
mado_rewrap_copy (const MadoDesk *desk)
{
  g_autoptr (GBytes) secrets = mado_vault_export (desk->vault);

  return mado_vault_import (secrets, NULL);
}

static void
wipe (Job *job)
{
  if (job->secrets < 0)
    return;
  mado_secret_wipe (job->secrets, NULL);
  close (job->secrets);
  job->secrets = -1;
}

static void
finish (Job *job, const GError *error)
{
  wipe (job);
  job->done (job->data, error);
  mado_vault_free (job->next);
  g_clear_pointer (&job->armor, g_bytes_unref);
  g_free (job);
}

/* Is what the opener found in the new file what we had wrapped? */
static gboolean
is_same (const Job *job, int fd, GError **error)
{
  g_autoptr (GBytes) found = mado_secret_take (fd, error), wanted = mado_vault_export (job->next);

  if (found == NULL)
    return FALSE;
  if (g_bytes_equal (found, wanted))
    return TRUE;
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_BUG, "the wrapped keys are not those that were to be wrapped");
  return FALSE;
}

static void
on_unwrapped (gpointer data, MadoPacket *answer, const GError *error)
{
  Job *job = data;
  MadoVaultFile *file = &job->desk->vault_file;
  g_autoptr (GError) problem = NULL;
  const char *signer = "";

  if (error != NULL) {
    finish (job, error);
    return;
  }
  if (!is_same (job, answer->fd, &problem) || !mado_vault_file_replace (file, job->armor, &problem)) {
    finish (job, problem);
    return;
  }
  g_variant_lookup (answer->body, "signer", "&s", &signer);
  g_free (file->signer);
  file->signer = g_strdup (signer);
  g_clear_pointer (&file->keys, g_strfreev);
  if (!g_variant_lookup (answer->body, "keys", "^as", &file->keys))
    file->keys = g_new0 (char *, 1);
  mado_vault_assign (job->desk->vault, job->next);
  mado_log (MADO_LOG_INFO, NULL, "vault-wrapped", "data-keys=%u team-keys=%u", mado_vault_count_keys (job->next), g_strv_length (file->keys));
  finish (job, NULL);
}

static void
on_wrapped (gpointer data, MadoPacket *answer, const GError *error)
{
  Job *job = data;
  g_autoptr (GError) problem = NULL;
  int fd;

  wipe (job);
  if (error != NULL) {
    finish (job, error);
    return;
  }
  if (lseek (answer->fd, 0, SEEK_SET) != 0 || !mado_fsio_read_all (answer->fd, MAX_FILE, &job->armor, &problem)
      || (fd = mado_fsio_memfd ("wrapped", job->armor, &problem)) < 0) {
    if (problem == NULL)
      mado_error_set_errno (&problem, "wrap");
    finish (job, problem);
    return;
  }
  mado_pool_submit (job->desk->opener, "unwrap", g_variant_new ("a{sv}", NULL), fd, TRUE, on_unwrapped, job);
  close (fd);
}

void
mado_rewrap (MadoDesk *desk, MadoVault *next, MadoRewrapDone done, gpointer data)
{
  g_autoptr (GBytes) secrets = mado_vault_export (next);
  g_autoptr (GError) error = NULL;
  Job *job = g_new0 (Job, 1);

  job->desk = desk;
  job->next = next;
  job->done = done;
  job->data = data;
  job->secrets = mado_secret_memfd (secrets, &error);
  if (job->secrets < 0)
    finish (job, error);
  else
    mado_pool_submit (desk->signer, "wrap", g_variant_new ("a{sv}", NULL), job->secrets, TRUE, on_wrapped, job);
}
