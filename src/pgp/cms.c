/* cms.c: decryption, see cms.h; verification is in cms-verify.c. What GPGME 1.18 with gpgsm 2.2.40 really gives was measured; each case here has a test in
 * tests/it/smime.py. */
#include "madoguchi/pgp/cms.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/cms-engine.h"
#include "madoguchi/pgp/cms-home.h"
#include "madoguchi/pgp/cms-reader.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/data.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAG_MIN 12 /* bytes of an authentication tag (RFC 5084, 3.2) */
#define SECRETS_MAX 1000

MadoCmsEngine *
mado_cms_engine_new (MadoPgpHome *home, GError **error)
{
  g_auto (gpgme_ctx_t) trial = mado_pgp_context_new_cms (mado_pgp_home_path (home), error);
  MadoCmsEngine *engine;

  if (trial == NULL)
    return NULL;
  engine = g_new0 (MadoCmsEngine, 1);
  engine->home = home;
  return engine;
}

void
mado_cms_engine_free (MadoCmsEngine *engine)
{
  if (engine == NULL)
    return;
  mado_cms_home_drop_ring (mado_pgp_home_path (engine->home));
  g_free (engine);
}

gpgme_ctx_t
mado_cms_engine_begin (MadoCmsEngine *engine, GError **error)
{
  const char *path = mado_pgp_home_path (engine->home);

  return mado_cms_home_new_ring (path, error) ? mado_pgp_context_new_cms (path, error) : NULL;
}

/* What the structure tells before gpgsm is asked. TRUE when it tells enough. */
static gboolean
judge_enveloped (const MadoCms *cms, const MadoPgpLimits *limits, MadoPgpResult *result)
{
  gboolean is_auth = cms->kind == MADO_CMS_AUTH_ENVELOPED;

  result->was_encrypted = is_auth || cms->kind == MADO_CMS_ENVELOPED;
  g_strfreev (result->encrypted_to);
  result->encrypted_to = g_strdupv (cms->recipients);
  if (!result->was_encrypted)
    return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME part that should be encrypted holds no encrypted data.");
  result->integrity = is_auth && cms->is_gcm && cms->mac_size >= TAG_MIN ? MADO_INTEGRITY_AEAD : MADO_INTEGRITY_NONE;
  if (cms->recipient_count > limits->max_recipients)
    return mado_pgp_result_settle (result, MADO_OUTCOME_LIMIT, "The message is encrypted to more recipients than we try.");
  if (cms->recipient_count == 0)
    return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME message names no recipient.");
  if (cms->openable == 0)
    return mado_pgp_result_settle (result, MADO_OUTCOME_UNSUPPORTED,
                                   cms->oaep > 0 ? "The S/MIME message protects its key with RSA-OAEP, which this gateway cannot open: ask for it "
                                                   "once more, with RSA PKCS#1 v1.5 key transport."
                                                 : "The S/MIME message is not addressed to a certificate by issuer and serial number, so this "
                                                   "gateway cannot open it.");
  if (is_auth && !cms->is_gcm)
    return mado_pgp_result_settle (result, MADO_OUTCOME_UNSUPPORTED, "The S/MIME message uses an authenticated cipher other than AES-GCM.");
  if (is_auth && cms->has_attributes)
    return mado_pgp_result_settle (result, MADO_OUTCOME_UNSUPPORTED, "The S/MIME message has authenticated attributes, which this gateway cannot check.");
  if (is_auth && cms->mac_size < TAG_MIN)
    return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME message has no authentication tag, or one that is too short.");
  return FALSE;
}

static gboolean
settle_failure (MadoCmsEngine *engine, MadoOutcome outcome, MadoPgpResult *result, GError **error)
{
  /* Without its agent gpgsm says the same as without a key. */
  if (!mado_pgp_home_check_agent (engine->home, error))
    return FALSE;
  result->outcome = outcome;
  if (outcome == MADO_OUTCOME_UNSUPPORTED)
    mado_pgp_result_say (result, "The S/MIME message uses a cipher that is not supported.");
  else if (outcome == MADO_OUTCOME_CORRUPT)
    mado_pgp_result_say (result, "The S/MIME message is addressed to a certificate of ours, but it was changed or cut on its way.");
  return TRUE;
}

static gboolean
is_over (MadoPgpResult *result)
{
  return mado_pgp_result_settle (result, MADO_OUTCOME_LIMIT, "Decryption produced more than we take; what came was thrown away.");
}

/* Has the ring a certificate with its secret key for one of @serials? */
static gboolean
find_secret (MadoCmsEngine *engine, char **serials, gboolean *found, GError **error)
{
  g_auto (gpgme_ctx_t) context = mado_cms_engine_begin (engine, error);
  gpgme_error_t problem;
  gpgme_key_t key;

  if (context == NULL)
    return FALSE;
  *found = FALSE;
  problem = gpgme_op_keylist_start (context, NULL, 1);
  for (guint i = 0; problem == 0 && i < SECRETS_MAX; i++) {
    problem = gpgme_op_keylist_next (context, &key);
    if (problem != 0)
      break;
    *found |= key->issuer_serial != NULL && g_strv_contains ((const char *const *) serials, key->issuer_serial);
    gpgme_key_unref (key);
  }
  gpgme_op_keylist_end (context);
  if (problem != 0 && gpgme_err_code (problem) != GPG_ERR_EOF)
    return mado_pgp_error_set (error, problem, "secret keys for S/MIME");
  return TRUE;
}

/* gpgsm has no secret key, it says. That of an elliptic curve may be there: gpgsm 2.2 finds it, and cannot use it. */
static gboolean
settle_no_key (MadoCmsEngine *engine, const MadoCms *cms, MadoPgpResult *result, GError **error)
{
  gboolean is_ours = FALSE;

  if (cms->agreements > 0 && !find_secret (engine, cms->serials, &is_ours, error))
    return FALSE;
  if (is_ours)
    return mado_pgp_result_settle (result, MADO_OUTCOME_UNSUPPORTED, "The S/MIME message is encrypted to a certificate of ours with an elliptic curve, which gpgsm 2.2 "
                                                                     "cannot use: ask for it once more, for an RSA certificate or with OpenPGP.");
  return settle_failure (engine, MADO_OUTCOME_NO_SECRET_KEY, result, error);
}

/* Data without authentication. */
static gboolean
run_decrypt (MadoCmsEngine *engine, const MadoCms *cms, GBytes *bytes, MadoPgpSink *sink, MadoPgpResult *result, GError **error)
{
  struct gpgme_data_cbs callbacks = { .write = mado_pgp_sink_write };
  g_auto (gpgme_ctx_t) context = mado_cms_engine_begin (engine, error);
  g_auto (gpgme_data_t) cipher = NULL, plain = NULL;
  gpgme_decrypt_result_t found;
  gpgme_error_t problem;

  if (context == NULL)
    return FALSE;
  problem = gpgme_data_new_from_mem (&cipher, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), 0);
  if (problem == 0)
    problem = gpgme_data_new_from_cbs (&plain, &callbacks, sink);
  if (problem != 0)
    return mado_pgp_error_set (error, problem, "S/MIME data");
  problem = gpgme_op_decrypt (context, cipher, plain);
  if ((problem != 0 || sink->is_over) && mado_pgp_result_end (result, sink->is_over))
    return TRUE;
  if (sink->is_over)
    return is_over (result);
  if (problem == 0) {
    result->plaintext = mado_pgp_sink_bytes (sink, error);
    return result->plaintext != NULL;
  }
  if (mado_pgp_error_is_ours (problem))
    return mado_pgp_error_set (error, problem, "S/MIME decryption");
  found = gpgme_op_decrypt_result (context);
  switch (gpgme_err_code (problem)) {
  case GPG_ERR_NO_SECKEY:
    return settle_no_key (engine, cms, result, error);
  case GPG_ERR_BAD_PASSPHRASE:
  case GPG_ERR_CANCELED:
  case GPG_ERR_FULLY_CANCELED:
  case GPG_ERR_NO_PIN_ENTRY:
    return settle_failure (engine, MADO_OUTCOME_BAD_PASSPHRASE, result, error);
  default:
    return settle_failure (engine, found != NULL && found->unsupported_algorithm != NULL ? MADO_OUTCOME_UNSUPPORTED : MADO_OUTCOME_CORRUPT,
                           result, error);
  }
}

/* Runs gpgsm on descriptors. @worked: did it say that all was well? */
static gboolean
spawn_decrypt (MadoCmsEngine *engine, int in, int out, gboolean *worked, GError **error)
{
  const char *argv[] = { "gpgsm", "--homedir", mado_pgp_home_path (engine->home), "--batch", "--assume-binary", "--decrypt", NULL };
  g_autoptr (GError) problem = NULL;
  int status = 0;
  GPid pid;

  if (!g_spawn_async_with_pipes_and_fds (NULL, argv, NULL,
                                         G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL, NULL,
                                         NULL, in, out, -1, NULL, NULL, 0, &pid, NULL, NULL, NULL, &problem)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "gpgsm: %s", problem->message);
    return FALSE;
  }
  while (waitpid (pid, &status, 0) < 0)
    if (errno != EINTR)
      return mado_error_set_errno (error, "gpgsm");
  *worked = WIFEXITED (status) && WEXITSTATUS (status) == 0;
  return TRUE;
}

/* Authenticated data. After its decryption gpgsm 2.2.40 forgets the status line that says so; GPGME takes that for an
 * error and drops the output, or part of it. gpgsm's exit status tells: a wrong tag is an error there. */
static gboolean
run_decrypt_auth (MadoCmsEngine *engine, const MadoCms *cms, GBytes *bytes, MadoPgpSink *sink, MadoPgpResult *result,
                  GError **error)
{
  struct stat info;
  gboolean ok, worked = FALSE, is_ours = FALSE;
  int in;

  if (!mado_cms_home_new_ring (mado_pgp_home_path (engine->home), error))
    return FALSE;
  in = mado_fsio_memfd ("madoguchi-cms", bytes, error);
  if (in < 0)
    return FALSE;
  ok = spawn_decrypt (engine, in, sink->fd, &worked, error);
  close (in);
  if (!ok || fstat (sink->fd, &info) != 0)
    return ok ? mado_error_set_errno (error, "plaintext") : FALSE;
  if ((guint64) info.st_size > sink->left)
    return is_over (result);
  if (worked) {
    result->plaintext = mado_pgp_sink_bytes (sink, error);
    return result->plaintext != NULL;
  }
  if (cms->agreements == cms->openable)
    return settle_no_key (engine, cms, result, error);
  return find_secret (engine, cms->serials, &is_ours, error)
         && settle_failure (engine, is_ours ? MADO_OUTCOME_CORRUPT : MADO_OUTCOME_NO_SECRET_KEY, result, error);
}

gboolean
mado_cms_decrypt (MadoCmsEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size, MadoPgpResult **result,
                  GError **error)
{
  g_autoptr (MadoPgpResult) facts = mado_pgp_result_new ();
  g_autoptr (GBytes) data = NULL;
  g_auto (MadoCms) cms = { 0 };
  MadoPgpSink sink = { -1, limits->max_plaintext, FALSE };
  gboolean ok;

  mado_cms_read (bytes, size, limits->max_recipients, &cms);
  if (judge_enveloped (&cms, limits, facts)) {
    *result = g_steal_pointer (&facts);
    return TRUE;
  }
  data = cms.repaired != NULL ? g_bytes_ref (cms.repaired) : g_bytes_new_static (bytes, size);
  sink.fd = mado_fsio_memfd ("madoguchi-plaintext", NULL, error);
  if (sink.fd < 0)
    return FALSE;
  ok = cms.kind == MADO_CMS_AUTH_ENVELOPED ? run_decrypt_auth (engine, &cms, data, &sink, facts, error)
                                           : run_decrypt (engine, &cms, data, &sink, facts, error);
  close (sink.fd);
  if (!ok)
    return FALSE;
  *result = g_steal_pointer (&facts);
  return TRUE;
}
