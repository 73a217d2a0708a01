/* seal.c: see seal.h. Never decrypts, never lists keys after it was made, and trusts no key by itself: whoever
 * calls has decided by fingerprint. */
#include "madoguchi/pgp/seal.h"
#include "madoguchi/base/error.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/loop.h"

#include <string.h>

struct _MadoSealer {
  MadoPgpHome *home; /* borrowed */
  gpgme_ctx_t context;
  gpgme_key_t key;
  char *fingerprint;
  gint64 trial_us;
};

typedef enum { JOB_SIGN, JOB_SIGN_ENCRYPT } JobKind;

typedef struct {
  JobKind kind;
  GBytes *bytes;
  char *recipients; /* as gpgme_op_encrypt_sign_ext () wants them */
} Job;

/* (transfer full) @text, as GnuPG armours it (LF), with the line ends of mail. */
static GBytes *
to_crlf (const char *text, gsize length)
{
  GByteArray *out = g_byte_array_sized_new ((guint) (length + length / 32 + 16));
  const char *end = text + length;

  while (text < end) {
    const char *feed = memchr (text, '\n', (gsize) (end - text));
    const char *stop = feed != NULL ? feed : end;
    g_byte_array_append (out, (const guint8 *) text, (guint) (stop - text));
    if (feed != NULL)
      g_byte_array_append (out, (const guint8 *) "\r\n", 2);
    text = feed != NULL ? feed + 1 : end;
  }
  return g_byte_array_free_to_bytes (out);
}

static gpgme_error_t
run_once (MadoSealer *sealer, const Job *job, GBytes **out)
{
  gpgme_data_t in = NULL, sealed = NULL;
  MadoPgpLoop loop;
  gpgme_error_t problem;
  size_t length = 0;
  char *text;

  problem = gpgme_data_new_from_mem (&in, g_bytes_get_data (job->bytes, NULL), g_bytes_get_size (job->bytes), 0);
  if (problem == 0)
    problem = gpgme_data_new (&sealed);
  mado_pgp_loop_begin (&loop, sealer->context);
  if (problem == 0 && job->kind == JOB_SIGN)
    problem = gpgme_op_sign_start (sealer->context, in, sealed, GPGME_SIG_MODE_DETACH);
  else if (problem == 0)
    problem = gpgme_op_encrypt_sign_ext_start (sealer->context, NULL, job->recipients,
                                               GPGME_ENCRYPT_ALWAYS_TRUST | GPGME_ENCRYPT_NO_ENCRYPT_TO, in, sealed);
  problem = mado_pgp_loop_finish (&loop, problem);
  gpgme_data_release (in);
  if (problem != 0 || sealed == NULL) {
    gpgme_data_release (sealed);
    return problem;
  }
  text = gpgme_data_release_and_get_mem (sealed, &length);
  *out = to_crlf (text, length);
  gpgme_free (text);
  return 0;
}

/* Why a key cannot be used, in words. */
static const char *
reason_of (gpgme_error_t reason)
{
  switch (gpgme_err_code (reason)) {
  case GPG_ERR_NO_PUBKEY:
    return "not known";
  case GPG_ERR_KEY_EXPIRED:
    return "expired";
  case GPG_ERR_CERT_REVOKED:
    return "revoked";
  case GPG_ERR_WRONG_KEY_USAGE:
    return "cannot encrypt";
  default:
    return "unusable (expired, revoked or without an encryption key)";
  }
}

static gboolean
set_problem (MadoSealer *sealer, const Job *job, gpgme_error_t problem, GError **error)
{
  gpgme_encrypt_result_t result = job->kind == JOB_SIGN_ENCRYPT ? gpgme_op_encrypt_result (sealer->context) : NULL;
  gpgme_err_code_t code = gpgme_err_code (problem);

  if (result != NULL && result->invalid_recipients != NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "key %s: %s", result->invalid_recipients->fpr,
                 reason_of (result->invalid_recipients->reason));
    return FALSE;
  }
  if (code == GPG_ERR_UNUSABLE_PUBKEY || code == GPG_ERR_NO_PUBKEY)
    return mado_pgp_error_set (error, problem, "the recipient's key");
  mado_pgp_error_set (error, problem, "seal");
  if (error != NULL && *error != NULL) /* the team's own key is never the mail's fault */
    (*error)->code = MADO_ERROR_TEMP;
  return FALSE;
}

/* Runs @job; once more when it failed and the agent had to be started anew. */
static gboolean
run (MadoSealer *sealer, const Job *job, GBytes **out, GError **error)
{
  gpgme_error_t problem;

  if (!mado_pgp_home_refresh (sealer->home, error))
    return FALSE;
  problem = run_once (sealer, job, out);
  if (problem == 0)
    return TRUE;
  if (gpgme_err_code (problem) == GPG_ERR_UNUSABLE_PUBKEY)
    return set_problem (sealer, job, problem, error);
  if (!mado_pgp_home_check_agent (sealer->home, error))
    return FALSE;
  problem = run_once (sealer, job, out);
  return problem == 0 || set_problem (sealer, job, problem, error);
}

/* Why @key cannot sign for the team; NULL when it can. */
static const char *
fault_of (gpgme_key_t key)
{
  if (key == NULL)
    return "not in the keyring";
  if (key->revoked)
    return "revoked";
  if (key->expired)
    return "expired";
  return key->can_sign ? NULL : "cannot sign";
}

static gboolean
load_key (MadoSealer *sealer, GError **error)
{
  gpgme_error_t problem = gpgme_get_key (sealer->context, sealer->fingerprint, &sealer->key, 0);

  if (problem != 0 && gpgme_err_code (problem) != GPG_ERR_EOF)
    return mado_pgp_error_set (error, problem, "team key");
  if (fault_of (sealer->key) != NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] key %s: %s", sealer->fingerprint, fault_of (sealer->key));
    return FALSE;
  }
  problem = gpgme_signers_add (sealer->context, sealer->key);
  gpgme_set_armor (sealer->context, 1);
  return problem == 0 || mado_pgp_error_set (error, problem, "team key");
}

static gboolean
try_key (MadoSealer *sealer, GError **error)
{
  g_autoptr (GBytes) nothing = g_bytes_new_static ("trial\r\n", 7);
  g_autoptr (GBytes) signature = NULL;
  Job job = { JOB_SIGN, nothing, NULL };
  gint64 start = g_get_monotonic_time ();
  gpgme_error_t problem = run_once (sealer, &job, &signature);

  sealer->trial_us = g_get_monotonic_time () - start;
  switch (gpgme_err_code (problem)) {
  case GPG_ERR_NO_ERROR:
    return TRUE;
  case GPG_ERR_NO_SECKEY:
  case GPG_ERR_UNUSABLE_SECKEY:
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] key %s: the agent has no usable secret key for it",
                 sealer->fingerprint);
    return FALSE;
  case GPG_ERR_NO_PIN_ENTRY:
  case GPG_ERR_BAD_PASSPHRASE:
  case GPG_ERR_CANCELED:
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] key %s: its passphrase is not in the agent",
                 sealer->fingerprint);
    return FALSE;
  default:
    return mado_pgp_error_set (error, problem, "trial signature");
  }
}

MadoSealer *
mado_sealer_new (MadoPgpHome *home, const char *fingerprint, GError **error)
{
  g_autoptr (MadoSealer) sealer = g_new0 (MadoSealer, 1);

  if (fingerprint == NULL || *fingerprint == '\0') {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[team] key is not set: nothing can be signed");
    return NULL;
  }
  sealer->home = home;
  sealer->fingerprint = g_strdup (fingerprint);
  sealer->context = mado_pgp_context_new (mado_pgp_home_path (home), error);
  if (sealer->context == NULL || !load_key (sealer, error) || !try_key (sealer, error))
    return NULL;
  return g_steal_pointer (&sealer);
}

void
mado_sealer_free (MadoSealer *sealer)
{
  if (sealer == NULL)
    return;
  if (sealer->key != NULL)
    gpgme_key_unref (sealer->key);
  mado_pgp_context_free (sealer->context);
  g_free (sealer->fingerprint);
  g_free (sealer);
}

gint64
mado_sealer_trial_us (const MadoSealer *sealer)
{
  return sealer->trial_us;
}

gboolean
mado_sealer_sign (MadoSealer *sealer, GBytes *bytes, GBytes **signature, char **micalg, GError **error)
{
  Job job = { JOB_SIGN, bytes, NULL };
  gpgme_sign_result_t result;
  const char *hash;

  if (!run (sealer, &job, signature, error))
    return FALSE;
  result = gpgme_op_sign_result (sealer->context);
  hash = result != NULL && result->signatures != NULL ? gpgme_hash_algo_name (result->signatures->hash_algo) : NULL;
  if (hash == NULL) {
    g_clear_pointer (signature, g_bytes_unref);
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "seal: no signature was made");
    return FALSE;
  }
  {
    g_autofree char *lower = g_ascii_strdown (hash, -1);
    *micalg = g_strconcat ("pgp-", lower, NULL);
  }
  return TRUE;
}

static gboolean
is_fingerprint (const char *text)
{
  gsize length = strlen (text);

  return (length == 40 || length == 64) && strspn (text, "0123456789abcdefABCDEF") == length;
}

gboolean
mado_sealer_sign_encrypt (MadoSealer *sealer, GBytes *bytes, const char *const *recipients, gboolean to_team_too,
                          GBytes **armoured, GError **error)
{
  g_autoptr (GString) names = g_string_new ("--\n");
  Job job = { JOB_SIGN_ENCRYPT, bytes, NULL };

  for (const char *const *name = recipients; *name != NULL; name++) {
    if (!is_fingerprint (*name)) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "the recipient's key is not given by fingerprint");
      return FALSE;
    }
    g_string_append_printf (names, "%s\n", *name);
  }
  if (to_team_too && sealer->key->can_encrypt)
    g_string_append_printf (names, "%s\n", sealer->fingerprint);
  job.recipients = names->str;
  return run (sealer, &job, armoured, error);
}
