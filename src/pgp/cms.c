/* cms.c: see cms.h. What GPGME 1.18 with gpgsm 2.2.40 really gives was measured; each case here has a test in
 * tests/it/smime.py. */
#include "madoguchi/pgp/cms.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/cms-chain.h"
#include "madoguchi/pgp/cms-home.h"
#include "madoguchi/pgp/cms-reader.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/data.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUTURE_SLACK 3600 /* seconds that a sender's clock may be ahead */
#define TAG_MIN 12        /* bytes of an authentication tag (RFC 5084, 3.2) */
#define SECRETS_MAX 1000
#define NAMES_MAX 100

struct _MadoCmsEngine {
  MadoPgpHome *home;
};

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

/* (transfer full) a context with a clean ring. Each operation has its own: in a second one over the same gpgsm, every
 * failure is a "general error". */
static gpgme_ctx_t
begin (MadoCmsEngine *engine, GError **error)
{
  const char *path = mado_pgp_home_path (engine->home);

  return mado_cms_home_new_ring (path, error) ? mado_pgp_context_new_cms (path, error) : NULL;
}

static void
say (MadoPgpResult *result, const char *sentence)
{
  g_ptr_array_add (result->problems, g_strdup (sentence));
}

static gboolean
settle (MadoPgpResult *result, MadoOutcome outcome, const char *sentence)
{
  result->outcome = outcome;
  say (result, sentence);
  return TRUE;
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
    return settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME part that should be encrypted holds no encrypted data.");
  result->integrity = is_auth && cms->is_gcm && cms->mac_size >= TAG_MIN ? MADO_INTEGRITY_AEAD : MADO_INTEGRITY_NONE;
  if (cms->recipient_count > limits->max_recipients)
    return settle (result, MADO_OUTCOME_LIMIT, "The message is encrypted to more recipients than we try.");
  if (cms->recipient_count == 0)
    return settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME message names no recipient.");
  if (cms->openable == 0)
    return settle (result, MADO_OUTCOME_UNSUPPORTED,
                   cms->oaep > 0 ? "The S/MIME message protects its key with RSA-OAEP, which this gateway cannot open: ask for it "
                                   "once more, with RSA PKCS#1 v1.5 key transport."
                                 : "The S/MIME message is not addressed to a certificate by issuer and serial number, so this "
                                   "gateway cannot open it.");
  if (is_auth && !cms->is_gcm)
    return settle (result, MADO_OUTCOME_UNSUPPORTED, "The S/MIME message uses an authenticated cipher other than AES-GCM.");
  if (is_auth && cms->has_attributes)
    return settle (result, MADO_OUTCOME_UNSUPPORTED, "The S/MIME message has authenticated attributes, which this gateway cannot check.");
  if (is_auth && cms->mac_size < TAG_MIN)
    return settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME message has no authentication tag, or one that is too short.");
  return FALSE;
}

static gboolean
is_our_trouble (gpgme_error_t problem)
{
  switch (gpgme_err_code (problem)) {
  case GPG_ERR_NO_AGENT:
  case GPG_ERR_AGENT:
  case GPG_ERR_ENOMEM:
  case GPG_ERR_EMFILE:
  case GPG_ERR_ENFILE:
  case GPG_ERR_EAGAIN:
  case GPG_ERR_ENOSPC:
  case GPG_ERR_INV_ENGINE:
  case GPG_ERR_NO_ENGINE:
    return TRUE;
  default:
    return FALSE;
  }
}

static gboolean
settle_failure (MadoCmsEngine *engine, MadoOutcome outcome, MadoPgpResult *result, GError **error)
{
  /* Without its agent gpgsm says the same as without a key. */
  if (!mado_pgp_home_check_agent (engine->home, error))
    return FALSE;
  result->outcome = outcome;
  if (outcome == MADO_OUTCOME_UNSUPPORTED)
    say (result, "The S/MIME message uses a cipher that is not supported.");
  else if (outcome == MADO_OUTCOME_CORRUPT)
    say (result, "The S/MIME message is addressed to a certificate of ours, but it was changed or cut on its way.");
  return TRUE;
}

static gboolean
is_over (MadoPgpResult *result)
{
  return settle (result, MADO_OUTCOME_LIMIT, "Decryption produced more than we take; what came was thrown away.");
}

/* Has the ring a certificate with its secret key for one of @serials? */
static gboolean
find_secret (MadoCmsEngine *engine, char **serials, gboolean *found, GError **error)
{
  g_auto (gpgme_ctx_t) context = begin (engine, error);
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
    return settle (result, MADO_OUTCOME_UNSUPPORTED, "The S/MIME message is encrypted to a certificate of ours with an elliptic curve, which gpgsm 2.2 "
                                                     "cannot use: ask for it once more, for an RSA certificate or with OpenPGP.");
  return settle_failure (engine, MADO_OUTCOME_NO_SECRET_KEY, result, error);
}

/* Data without authentication. */
static gboolean
run_decrypt (MadoCmsEngine *engine, const MadoCms *cms, GBytes *bytes, MadoPgpSink *sink, MadoPgpResult *result, GError **error)
{
  struct gpgme_data_cbs callbacks = { .write = mado_pgp_sink_write };
  g_auto (gpgme_ctx_t) context = begin (engine, error);
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
  if (is_our_trouble (problem))
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

static MadoSignatureStatus
status_of (const gpgme_signature_t signature)
{
  switch (gpgme_err_code (signature->status)) {
  case GPG_ERR_NO_ERROR:
    return signature->summary & GPGME_SIGSUM_RED ? MADO_SIGNATURE_BAD : MADO_SIGNATURE_GOOD_UNTRUSTED;
  case GPG_ERR_SIG_EXPIRED:
    return MADO_SIGNATURE_EXPIRED_SIGNATURE;
  case GPG_ERR_KEY_EXPIRED:
  case GPG_ERR_CERT_EXPIRED:
    return MADO_SIGNATURE_EXPIRED_KEY;
  case GPG_ERR_CERT_REVOKED:
    return MADO_SIGNATURE_REVOKED_KEY;
  case GPG_ERR_NO_PUBKEY:
    return MADO_SIGNATURE_UNKNOWN_KEY;
  case GPG_ERR_BAD_SIGNATURE:
    return MADO_SIGNATURE_BAD;
  default:
    return MADO_SIGNATURE_UNSUPPORTED;
  }
}

/* Does @status say that the mathematics came out right? */
static gboolean
is_sound (MadoSignatureStatus status)
{
  return status == MADO_SIGNATURE_GOOD_UNTRUSTED || status == MADO_SIGNATURE_EXPIRED_SIGNATURE
         || status == MADO_SIGNATURE_EXPIRED_KEY || status == MADO_SIGNATURE_REVOKED_KEY;
}

/* The addresses that @key, a certificate, is for; its subject when it names none. gpgsm lists both those of the subject
 * and the alternative names, in angle brackets. */
static char **
names_of (const gpgme_key_t key)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  guint count = 0;

  for (gpgme_user_id_t user = key->uids; user != NULL && count < NAMES_MAX; user = user->next) {
    g_autofree char *name = NULL;
    gsize length = user->uid == NULL ? 0 : strlen (user->uid);

    if (length < 3 || user->uid[0] != '<' || user->uid[length - 1] != '>')
      continue;
    name = g_strndup (user->uid + 1, length - 2);
    if (g_utf8_validate (name, -1, NULL)) {
      g_strv_builder_add (names, name);
      count++;
    }
  }
  if (count == 0 && key->uids != NULL && key->uids->uid != NULL) {
    g_autofree char *subject = g_utf8_make_valid (key->uids->uid, -1);
    g_strv_builder_add (names, subject);
  }
  return g_strv_builder_end (names);
}

/* Asks the same gpgsm whose certificate made @signature: it is in the ring now, wherever it came from. */
static void
find_names (gpgme_ctx_t context, MadoSignature *signature)
{
  gpgme_key_t key;

  if (signature->fingerprint == NULL || gpgme_op_keylist_start (context, signature->fingerprint, 0) != 0)
    return;
  if (gpgme_op_keylist_next (context, &key) == 0) {
    g_strfreev (signature->user_ids);
    signature->user_ids = names_of (key);
    gpgme_key_unref (key);
  }
  gpgme_op_keylist_end (context);
}

static MadoSignature *
describe (MadoPgpResult *result, const MadoPgpLimits *limits, const gpgme_signature_t found)
{
  MadoSignature *signature = mado_signature_new ();
  const char *hash = gpgme_hash_algo_name (found->hash_algo);

  signature->status = status_of (found);
  signature->created = (gint64) found->timestamp;
  signature->expires = (gint64) found->exp_timestamp;
  signature->hash = hash == NULL || found->hash_algo == GPGME_MD_NONE ? NULL : g_strdup (hash);
  signature->fingerprint = g_strdup (found->fpr);
  if (is_sound (signature->status) && mado_pgp_hash_is_weak (found->hash_algo, signature->created)) {
    signature->status = MADO_SIGNATURE_UNSUPPORTED;
    say (result, "A signature was made with a hash that is not accepted any more.");
  } else if (is_sound (signature->status) && signature->created > limits->now + FUTURE_SLACK) {
    signature->status = MADO_SIGNATURE_UNSUPPORTED;
    say (result, "A signature claims to be made in the future; it is not accepted.");
  } else if (is_sound (signature->status) && found->wrong_key_usage) {
    signature->status = MADO_SIGNATURE_UNSUPPORTED;
    say (result, "A signature was made with a key that is not meant for signatures.");
  }
  if (signature->status == MADO_SIGNATURE_GOOD_UNTRUSTED
      && (found->validity == GPGME_VALIDITY_FULL || found->validity == GPGME_VALIDITY_ULTIMATE))
    signature->vouched_by = g_strdup ("smime-chain");
  return signature;
}

/* Where the administrator keeps lists of revoked certificates, the chain has to be on none of them, and they must not be
 * old: else whoever steals a key only had to keep the new list away. */
static void
check_revocation (gpgme_ctx_t context, const MadoCrls *crls, const MadoPgpLimits *limits, MadoSignature *signature,
                  MadoPgpResult *result)
{
  if (crls == NULL || signature->status != MADO_SIGNATURE_GOOD_UNTRUSTED || signature->fingerprint == NULL)
    return;
  switch (mado_cms_chain_check (context, crls, signature->fingerprint, limits->now)) {
  case MADO_CRL_REVOKED:
    signature->status = MADO_SIGNATURE_REVOKED_KEY;
    g_clear_pointer (&signature->vouched_by, g_free);
    say (result, "The certificate of a signature, or one that vouches for it, was revoked.");
    break;
  case MADO_CRL_STALE:
    if (signature->vouched_by != NULL)
      say (result, "Nobody can say whether the certificate of a signature was revoked: the list of its authority is too old.");
    g_clear_pointer (&signature->vouched_by, g_free);
    break;
  case MADO_CRL_NONE:
  case MADO_CRL_CLEAR:
  default:
    break;
  }
}

/* Several signers sign one text: when gpgsm finds one of them bad, or does not get to all, none of them counts. */
static void
judge_together (const MadoCms *cms, MadoPgpResult *result)
{
  gboolean is_spoilt = result->signatures->len < cms->signers;

  if (MAX (cms->signers, result->signatures->len) < 2)
    return;
  for (guint i = 0; i < result->signatures->len; i++)
    is_spoilt |= ((MadoSignature *) g_ptr_array_index (result->signatures, i))->status == MADO_SIGNATURE_BAD;
  if (!is_spoilt)
    return;
  for (guint i = 0; i < result->signatures->len; i++) {
    MadoSignature *signature = g_ptr_array_index (result->signatures, i);
    if (is_sound (signature->status))
      signature->status = MADO_SIGNATURE_BAD;
  }
  say (result, "The message has several signatures, and not all of them are right: none counts.");
}

static void
take_signatures (gpgme_ctx_t context, const MadoCrls *crls, const MadoPgpLimits *limits, const MadoCms *cms, MadoPgpResult *result)
{
  gpgme_verify_result_t found = gpgme_op_verify_result (context);

  if (found == NULL)
    return;
  gpgme_result_ref (found); /* the listings below are operations, too */
  for (gpgme_signature_t one = found->signatures; one != NULL && result->signatures->len < limits->max_signatures; one = one->next) {
    MadoSignature *signature = describe (result, limits, one);
    g_ptr_array_add (result->signatures, signature);
    find_names (context, signature);
    check_revocation (context, crls, limits, signature, result);
  }
  gpgme_result_unref (found);
  judge_together (cms, result);
}

/* Is @text what somebody signed in place of another text? Then that signature, made for the other one, fits it. */
static gboolean
is_confused (const MadoCms *cms, GBytes *text)
{
  gsize size;
  const guint8 *bytes = g_bytes_get_data (text, &size);

  return cms->has_bare_signer && size > 0 && mado_cms_looks_like_attributes (bytes, size);
}

static gboolean
settle_confused (MadoPgpResult *result)
{
  g_ptr_array_set_size (result->signatures, 0);
  return settle (result, MADO_OUTCOME_CORRUPT, "The signed text is nothing but attributes of another signature; it proves nothing.");
}

/* Runs the engine over @signature and its @text (NULL: it is inside, and goes to @sink). */
static gboolean
run_verify (MadoCmsEngine *engine, const MadoPgpLimits *limits, const MadoCms *cms, gpgme_data_t signature, gpgme_data_t text,
            MadoPgpSink *sink, MadoPgpResult *result, GError **error)
{
  struct gpgme_data_cbs callbacks = { .write = mado_pgp_sink_write };
  g_auto (gpgme_ctx_t) context = begin (engine, error);
  g_auto (gpgme_data_t) plain = NULL;
  gpgme_error_t problem = context == NULL || sink == NULL ? 0 : gpgme_data_new_from_cbs (&plain, &callbacks, sink);

  if (context == NULL)
    return FALSE;
  if (problem != 0)
    return mado_pgp_error_set (error, problem, "signed text");
  problem = gpgme_op_verify (context, signature, text, plain);
  if ((problem != 0 || (sink != NULL && sink->is_over)) && mado_pgp_result_end (result, sink != NULL && sink->is_over))
    return TRUE;
  if (sink != NULL && sink->is_over)
    return settle (result, MADO_OUTCOME_LIMIT, "The signed message holds more than we take; what came was thrown away.");
  if (is_our_trouble (problem))
    return mado_pgp_error_set (error, problem, "S/MIME verification");
  if (problem != 0)
    return settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME signature cannot be read.");
  take_signatures (context, mado_pgp_home_crls (engine->home), limits, cms, result);
  if (result->signatures->len == 0)
    settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME signature holds no signature at all.");
  if (sink == NULL)
    return TRUE;
  result->plaintext = mado_pgp_sink_bytes (sink, error);
  if (result->plaintext != NULL && is_confused (cms, result->plaintext)) {
    g_clear_pointer (&result->plaintext, g_bytes_unref);
    return settle_confused (result);
  }
  return result->plaintext != NULL;
}

/* What the structure of signed data tells. TRUE when it tells enough. */
static gboolean
judge_signed (const MadoCms *cms, const MadoPgpLimits *limits, gboolean is_detached, MadoPgpResult *result)
{
  if (cms->kind != MADO_CMS_SIGNED)
    return settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME part that should be signed holds no signed data.");
  if (cms->signers > limits->max_signatures)
    return settle (result, MADO_OUTCOME_LIMIT, "There are more signatures than we look at.");
  if (cms->certificate_count > MADO_CMS_CERTIFICATES_MAX)
    return settle (result, MADO_OUTCOME_LIMIT, "The signature brings more certificates along than we look at.");
  if (is_detached && cms->has_content) /* gpgsm would verify the text in there, not the one that is read */
    return settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME signature brings another text along; it proves nothing about this one.");
  if (is_detached && cms->signers == 0)
    return settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME signature holds no signature at all.");
  if (!is_detached && !cms->has_content)
    return settle (result, MADO_OUTCOME_CORRUPT, "The signed S/MIME message holds no text.");
  return FALSE;
}

gboolean
mado_cms_verify (MadoCmsEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size, const guint8 *signature,
                 gsize signature_size, MadoPgpResult **result, GError **error)
{
  g_autoptr (MadoPgpResult) facts = mado_pgp_result_new ();
  g_autoptr (GBytes) text = NULL;
  g_auto (gpgme_data_t) detached = NULL, signed_text = NULL;
  g_auto (MadoCms) cms = { 0 };
  gpgme_error_t problem;

  mado_cms_read (signature, signature_size, limits->max_signatures, &cms);
  if (!judge_signed (&cms, limits, TRUE, facts)) {
    text = mado_pgp_canonical (bytes, size);
    bytes = g_bytes_get_data (text, &size);
    if (is_confused (&cms, text)) {
      settle_confused (facts);
      *result = g_steal_pointer (&facts);
      return TRUE;
    }
    problem = gpgme_data_new_from_mem (&detached, (const char *) signature, signature_size, 0);
    if (problem == 0)
      problem = gpgme_data_new_from_mem (&signed_text, (const char *) bytes, size, 0);
    if (problem != 0)
      return mado_pgp_error_set (error, problem, "signed text");
    if (!run_verify (engine, limits, &cms, detached, signed_text, NULL, facts, error))
      return FALSE;
  }
  *result = g_steal_pointer (&facts);
  return TRUE;
}

gboolean
mado_cms_verify_opaque (MadoCmsEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                        MadoPgpResult **result, GError **error)
{
  g_autoptr (MadoPgpResult) facts = mado_pgp_result_new ();
  g_auto (gpgme_data_t) whole = NULL;
  g_auto (MadoCms) cms = { 0 };
  MadoPgpSink sink = { -1, limits->max_plaintext, FALSE };
  gpgme_error_t problem;
  gboolean ok;

  mado_cms_read (bytes, size, limits->max_signatures, &cms);
  if (!judge_signed (&cms, limits, FALSE, facts)) {
    problem = gpgme_data_new_from_mem (&whole, (const char *) bytes, size, 0);
    if (problem != 0)
      return mado_pgp_error_set (error, problem, "signed message");
    sink.fd = mado_fsio_memfd ("madoguchi-signed", NULL, error);
    if (sink.fd < 0)
      return FALSE;
    ok = run_verify (engine, limits, &cms, whole, NULL, &sink, facts, error);
    close (sink.fd);
    if (!ok)
      return FALSE;
  }
  *result = g_steal_pointer (&facts);
  return TRUE;
}
