/* wrapped.c: see wrapped.h. The child does everything; the parent never reads what it opened. */
#include "madoguchi/pgp/wrapped.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/secret.h"
#include "madoguchi/pgp/context.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_KEYS 64
#define SECONDS 30 /* then the child ends, whatever the agent waits for */

typedef struct {
  const MadoPgpHome *home;
  const MadoConf *conf;
  GBytes *armor;
  int secrets, answer; /* memory files */
} Job;

void
mado_wrapped_clear (MadoWrapped *wrapped)
{
  g_strfreev (wrapped->keys);
  g_free (wrapped->signer);
  *wrapped = (MadoWrapped) { 0 };
}

/* --- in the child -------------------------------------------------------------------------------------- */

/* (nullable) the key of the team, or one of before, of which @part (a fingerprint, or a key id of 16 digits) is a part. */
static const char *
find_team_key (gpgme_ctx_t context, const MadoConf *conf, const char *part)
{
  const char *const *old = mado_conf_list (conf, "team", "old-keys");

  for (int i = -1; i < 0 || old[i] != NULL; i++) {
    const char *name = i < 0 ? mado_conf_string (conf, "team", "key") : old[i];
    const char *found = NULL;
    gpgme_key_t key = NULL;
    if (name == NULL || gpgme_get_key (context, name, &key, 0) != 0)
      continue;
    for (gpgme_subkey_t sub = key->subkeys; sub != NULL && found == NULL; sub = sub->next)
      if (sub->fpr != NULL && (g_ascii_strcasecmp (sub->fpr, part) == 0 || g_ascii_strcasecmp (sub->keyid, part) == 0))
        found = name;
    gpgme_key_unref (key);
    if (found != NULL)
      return found;
  }
  return NULL;
}

/* (nullable) whose key signed it, of the team's. A key that has ended since was good when it signed. */
static const char *
find_signer (gpgme_ctx_t context, const MadoConf *conf, const MadoPgpResult *result, const char **why)
{
  *why = "it is not signed";
  for (guint i = 0; i < result->signatures->len; i++) {
    const MadoSignature *signature = result->signatures->pdata[i];
    const char *key = signature->fingerprint != NULL ? find_team_key (context, conf, signature->fingerprint) : NULL;
    gboolean is_good = signature->status == MADO_SIGNATURE_GOOD || signature->status == MADO_SIGNATURE_GOOD_UNTRUSTED
                       || signature->status == MADO_SIGNATURE_EXPIRED_KEY;
    if (key != NULL && is_good)
      return key;
    *why = key == NULL ? "it is signed by a key that is neither [team] key nor one of old-keys, so it is not the team's"
           : signature->status == MADO_SIGNATURE_REVOKED_KEY ? "it is signed by a key of the team that was revoked since"
                                                             : "its signature is not good";
  }
  return NULL;
}

static gboolean
refuse (GError **error, const char *why, char **encrypted_to)
{
  g_autofree char *keys = g_strjoinv (", ", encrypted_to);

  g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s%s%s%s", why, *keys != '\0' ? " (encrypted to " : "", keys, *keys != '\0' ? ")" : "");
  return FALSE;
}

static gboolean
judge (gpgme_ctx_t context, const Job *job, const MadoPgpResult *result, GString *answer, GError **error)
{
  gsize size = 0;
  const void *text = result->plaintext != NULL ? g_bytes_get_data (result->plaintext, &size) : NULL;
  const char *signer, *why;

  if (result->outcome == MADO_OUTCOME_NO_SECRET_KEY)
    return refuse (error, "no secret key here opens it", result->encrypted_to);
  if (result->outcome != MADO_OUTCOME_OK || text == NULL)
    return refuse (error, "it was changed, or is no wrapped key", result->encrypted_to);
  if (!mado_secret_is_vault (text, size) || size > MADO_SECRET_MAX)
    return refuse (error, "there are no keys of a store in it", result->encrypted_to);
  signer = find_signer (context, job->conf, result, &why);
  if (signer == NULL)
    return refuse (error, why, result->encrypted_to);
  g_string_assign (answer, signer);
  for (char **id = result->encrypted_to; *id != NULL; id++) {
    const char *key = find_team_key (context, job->conf, *id);
    g_string_append_printf (answer, " %s", key != NULL ? key : *id);
  }
  return mado_fsio_write_all (job->secrets, text, size, error);
}

static gboolean
open_armor (const Job *job, GString *answer, GError **error)
{
  const MadoPgpLimits limits = { .max_plaintext = MADO_SECRET_MAX, .max_recipients = MAX_KEYS, .max_signatures = 4,
                                 .now = g_get_real_time () / G_USEC_PER_SEC, .takes_secrets = TRUE };
  g_autoptr (MadoPgpEngine) engine = mado_pgp_engine_new (job->home, error);
  g_auto (gpgme_ctx_t) context = engine != NULL ? mado_pgp_context_new (mado_pgp_home_path (job->home), error) : NULL;
  g_autoptr (MadoPgpResult) result = NULL;
  gsize size;
  const guint8 *bytes = g_bytes_get_data (job->armor, &size);

  return context != NULL && mado_pgp_decrypt (engine, &limits, bytes, size, &result, error)
         && judge (context, job, result, answer, error);
}

static void
serve (const Job *job)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) answer = g_string_new (NULL);
  struct sigaction standard = { .sa_handler = SIG_DFL };
  sigset_t none;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  sigaction (SIGALRM, &standard, NULL);
  sigaction (SIGCHLD, &standard, NULL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  alarm (SECONDS);
  if (open_armor (job, answer, &error))
    g_string_prepend (answer, "ok ");
  else
    g_string_printf (answer, "%s %s", error->domain == MADO_ERROR ? mado_error_name (error->code) : "bug", error->message);
  _exit (mado_fsio_write_all (job->answer, answer->str, answer->len, NULL) ? 0 : 1);
}

/* --- in the parent ------------------------------------------------------------------------------------- */

static gboolean
read_answer (int fd, MadoWrapped *wrapped, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_auto (GStrv) words = NULL;

  if (lseek (fd, 0, SEEK_SET) != 0)
    return mado_error_set_errno (error, "lseek");
  if (!mado_fsio_read_all (fd, 65536, &bytes, error))
    return FALSE;
  g_autofree char *text = g_strndup (g_bytes_get_size (bytes) > 0 ? g_bytes_get_data (bytes, NULL) : "", g_bytes_get_size (bytes));
  words = g_strsplit (text, " ", 2);
  if (words[0] == NULL || words[1] == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "the wrapped key: no answer in time");
    return FALSE;
  }
  if (strcmp (words[0], "ok") != 0) {
    g_autofree char *message = g_utf8_make_valid (words[1], -1);
    g_set_error_literal (error, MADO_ERROR, mado_error_code (words[0]), message);
    return FALSE;
  }
  g_auto (GStrv) keys = g_strsplit (words[1], " ", -1);
  wrapped->signer = g_strdup (keys[0]);
  wrapped->keys = g_strdupv (keys + 1);
  return TRUE;
}

static gboolean
run (const Job *job, MadoWrapped *wrapped, GError **error)
{
  pid_t pid = fork ();

  if (pid < 0)
    return mado_error_set_errno (error, "fork");
  if (pid == 0)
    serve (job);
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    ;
  return read_answer (job->answer, wrapped, error);
}

gboolean
mado_wrapped_open (const MadoPgpHome *home, const MadoConf *conf, GBytes *armor, int *secrets, MadoWrapped *wrapped,
                   GError **error)
{
  Job job = { home, conf, armor, mado_secret_memfd (NULL, error), -1 };
  gboolean ok = FALSE;

  if (job.secrets >= 0)
    job.answer = mado_fsio_memfd ("madoguchi-answer", NULL, error);
  if (job.answer >= 0) {
    ok = run (&job, wrapped, error);
    close (job.answer);
  }
  if (ok)
    *secrets = job.secrets;
  else if (job.secrets >= 0)
    close (job.secrets);
  return ok;
}
