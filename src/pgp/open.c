/* open.c: see open.h. The table of results that GPGME 1.18 with gpg 2.2.40 really gives was measured; each case
 * here has a test in tests/it/open.py. */
#include "madoguchi/pgp/open.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/armor.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/data.h"
#include "madoguchi/pgp/loop.h"
#include "madoguchi/pgp/packets.h"
#include "madoguchi/pgp/status.h"

#include <string.h>
#include <unistd.h>

#define FUTURE_SLACK 3600 /* seconds that a sender's clock may be ahead */

struct _MadoPgpEngine {
  gpgme_ctx_t context;
  const MadoPgpHome *home;
  MadoPgpStatus status; /* of the last operation */
};

MadoPgpEngine *
mado_pgp_engine_new (const MadoPgpHome *home, GError **error)
{
  gpgme_ctx_t context = mado_pgp_context_new (mado_pgp_home_path (home), error);
  gpgme_error_t problem;
  MadoPgpEngine *engine;

  if (context == NULL)
    return NULL;
  engine = g_new0 (MadoPgpEngine, 1);
  engine->context = context;
  engine->home = home;
  problem = mado_pgp_status_watch (context, &engine->status);
  if (problem != 0) {
    mado_pgp_engine_free (engine);
    mado_pgp_error_set (error, problem, "GnuPG engine");
    return NULL;
  }
  return engine;
}

void
mado_pgp_engine_free (MadoPgpEngine *engine)
{
  if (engine == NULL)
    return;
  mado_pgp_context_free (engine->context);
  mado_pgp_status_clear (&engine->status);
  g_free (engine);
}

MadoPgpResult *
mado_pgp_result_new (void)
{
  MadoPgpResult *result = g_new0 (MadoPgpResult, 1);

  result->encrypted_to = g_new0 (char *, 1);
  result->signatures = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_signature_free);
  result->problems = g_ptr_array_new_with_free_func (g_free);
  return result;
}

void
mado_pgp_result_free (MadoPgpResult *result)
{
  if (result == NULL)
    return;
  g_strfreev (result->encrypted_to);
  g_ptr_array_unref (result->signatures);
  g_ptr_array_unref (result->problems);
  g_clear_pointer (&result->plaintext, g_bytes_unref);
  g_free (result);
}

static void
say (MadoPgpResult *result, const char *sentence)
{
  g_ptr_array_add (result->problems, g_strdup (sentence));
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

/* The key of ours that @found belongs to: as gpg checked it, or as far as the key table knows. A subkey alone proves
 * nothing: anybody may put another's into his own key. */
static const MadoKey *
find_key (const MadoPgpEngine *engine, const MadoPgpLimits *limits, const gpgme_signature_t found)
{
  const char *primary = mado_pgp_status_primary (&engine->status, found->fpr);

  return limits->keys == NULL || found->fpr == NULL ? NULL : mado_key_index_find (limits->keys, primary != NULL ? primary : found->fpr);
}

static MadoSignature *
describe (const MadoPgpEngine *engine, MadoPgpResult *result, const MadoPgpLimits *limits, const gpgme_signature_t found)
{
  MadoSignature *signature = mado_signature_new ();
  const MadoKey *key = find_key (engine, limits, found);
  const char *hash = gpgme_hash_algo_name (found->hash_algo);

  signature->status = status_of (found);
  signature->created = (gint64) found->timestamp;
  signature->expires = (gint64) found->exp_timestamp;
  signature->hash = hash == NULL || found->hash_algo == GPGME_MD_NONE ? NULL : g_strdup (hash);
  signature->fingerprint = g_strdup (key != NULL ? key->fingerprint : found->fpr);
  if (key != NULL && found->fpr != NULL && strlen (found->fpr) > 16 && !g_str_equal (key->fingerprint, found->fpr))
    signature->subkey = g_strdup (found->fpr);
  if (is_sound (signature->status) && mado_pgp_hash_is_weak (found->hash_algo, signature->created)) {
    signature->status = MADO_SIGNATURE_UNSUPPORTED;
    say (result, "A signature was made with a hash that is not accepted any more (RFC 9580, 9.5).");
  } else if (is_sound (signature->status) && signature->created > limits->now + FUTURE_SLACK) {
    signature->status = MADO_SIGNATURE_UNSUPPORTED;
    say (result, "A signature claims to be made in the future; it is not accepted.");
  } else if (is_sound (signature->status) && found->wrong_key_usage) {
    signature->status = MADO_SIGNATURE_UNSUPPORTED;
    say (result, "A signature was made with a key that is not meant for signatures.");
  }
  return signature;
}

static void
take_signatures (MadoPgpEngine *engine, const MadoPgpLimits *limits, MadoPgpResult *result)
{
  gpgme_verify_result_t found = gpgme_op_verify_result (engine->context);

  for (gpgme_signature_t one = found == NULL ? NULL : found->signatures; one != NULL; one = one->next) {
    if (result->signatures->len >= limits->max_signatures) {
      say (result, "There are more signatures than we look at.");
      return;
    }
    g_ptr_array_add (result->signatures, describe (engine, result, limits, one));
  }
}

/* Which generation of the format is it? A sentence, when it is none that GnuPG 2.2 reads; NULL otherwise. */
static const char *
foreign_format (const MadoPackets *packets)
{
  gboolean is_sealed = packets->container == 18 || packets->container == 20;

  if (packets->recipient_count == 0 && packets->passphrases > 0 && packets->new_recipients == 0)
    return "The message is encrypted with a passphrase only, not to a key of ours.";
  if ((packets->container == 18 && packets->version == 2)
      || (packets->new_recipients > 0 && packets->old_recipients == 0))
    return "The message uses a newer OpenPGP format (RFC 9580) that this gateway cannot read yet.";
  if (is_sealed && packets->version != 1)
    return "The encrypted data has a version that no standard knows.";
  if (packets->recipient_count > 0 && packets->old_recipients == 0)
    return "The message is encrypted to keys in a version that no standard knows.";
  return NULL;
}

static MadoIntegrity
integrity_of (const MadoPackets *packets)
{
  switch (packets->container) {
  case 9:
    return MADO_INTEGRITY_NONE;
  case 18:
    return packets->version == 1 ? MADO_INTEGRITY_MDC : packets->version == 2 ? MADO_INTEGRITY_AEAD : MADO_INTEGRITY_UNKNOWN;
  case 20:
    return MADO_INTEGRITY_AEAD;
  default:
    return MADO_INTEGRITY_UNKNOWN;
  }
}

static gboolean
settle (MadoPgpResult *result, MadoOutcome outcome, const char *sentence)
{
  result->outcome = outcome;
  say (result, sentence);
  return TRUE;
}

/* What the packets tell before any engine is asked. TRUE when they tell enough. */
static gboolean
judge_packets (const MadoPackets *packets, const MadoPgpLimits *limits, MadoPgpResult *result)
{
  const char *foreign;

  result->was_encrypted = packets->kind == MADO_PACKETS_ENCRYPTED;
  g_strfreev (result->encrypted_to);
  result->encrypted_to = g_strdupv (packets->recipients);
  result->integrity = integrity_of (packets);
  if (packets->kind != MADO_PACKETS_ENCRYPTED)
    return settle (result, MADO_OUTCOME_CORRUPT,
                   packets->kind == MADO_PACKETS_JUNK ? "The encrypted part holds no OpenPGP data."
                                                      : "The part that should be encrypted holds OpenPGP data that is not.");
  if (packets->recipient_count > limits->max_recipients || packets->passphrases > limits->max_recipients)
    return settle (result, MADO_OUTCOME_LIMIT, "The message is encrypted to more recipients than we try.");
  if (packets->container == 9)
    return settle (result, MADO_OUTCOME_NO_INTEGRITY,
                   "The message has no integrity protection, so its text could have been changed; it is withheld.");
  foreign = foreign_format (packets);
  if (foreign != NULL)
    return settle (result, MADO_OUTCOME_UNSUPPORTED, foreign);
  if (packets->has_rest) /* gpg takes a signature there for one over nothing, and calls it good */
    return settle (result, MADO_OUTCOME_CORRUPT, "Something stands behind the encrypted data: somebody put this message together.");
  if (packets->container == 0 && !packets->is_compressed)
    return settle (result, MADO_OUTCOME_CORRUPT, "The message names who can open it, and was cut before its text.");
  return FALSE;
}

static int
no_secret_key (MadoPgpResult *result)
{
  if (g_strv_contains ((const char *const *) result->encrypted_to, "0000000000000000"))
    say (result, "The message hides to whom it is encrypted; no key of ours opens it.");
  return MADO_OUTCOME_NO_SECRET_KEY;
}

/* The outcome for an engine's error; -1 when it is our own trouble. */
static int
outcome_of (gpgme_error_t problem, const MadoPgpSink *sink, gpgme_decrypt_result_t found, MadoPgpResult *result)
{
  if (sink->is_over) {
    say (result, "Decryption produced more than we take; what came was thrown away.");
    return MADO_OUTCOME_LIMIT;
  }
  switch (gpgme_err_code (problem)) {
  case GPG_ERR_NO_SECKEY:
    return no_secret_key (result);
  case GPG_ERR_BAD_PASSPHRASE:
  case GPG_ERR_CANCELED:
  case GPG_ERR_FULLY_CANCELED:
  case GPG_ERR_NO_PIN_ENTRY:
    return MADO_OUTCOME_BAD_PASSPHRASE;
  case GPG_ERR_DECRYPT_FAILED:
    if (found != NULL && found->legacy_cipher_nomdc) {
      result->integrity = MADO_INTEGRITY_NONE;
      return MADO_OUTCOME_NO_INTEGRITY;
    }
    if (found != NULL && found->unsupported_algorithm != NULL)
      return MADO_OUTCOME_UNSUPPORTED;
    say (result, "The encrypted data was changed or cut on its way, or padded by a program whose padding GnuPG 2.2 "
                 "does not take (Sequoia does so in large messages): ask for it once more, without padding.");
    return MADO_OUTCOME_CORRUPT;
  case GPG_ERR_NO_DATA:
  case GPG_ERR_BAD_DATA:
  case GPG_ERR_INV_PACKET:
  case GPG_ERR_CHECKSUM:
  case GPG_ERR_BAD_MPI:
  case GPG_ERR_INV_DATA:
    return MADO_OUTCOME_CORRUPT;
  case GPG_ERR_CIPHER_ALGO:
  case GPG_ERR_PUBKEY_ALGO:
  case GPG_ERR_UNSUPPORTED_ALGORITHM:
    return MADO_OUTCOME_UNSUPPORTED;
  case GPG_ERR_NO_AGENT:
  case GPG_ERR_AGENT:
  case GPG_ERR_ENOMEM:
  case GPG_ERR_EMFILE:
  case GPG_ERR_ENFILE:
  case GPG_ERR_EAGAIN:
  case GPG_ERR_ENOSPC:
  case GPG_ERR_INV_ENGINE:
  case GPG_ERR_NO_ENGINE:
    return -1;
  default:
    return MADO_OUTCOME_ERROR;
  }
}

/* Packets that no program writes in this order: a signature behind the encrypted data (gpg takes it for one over
 * nothing, and calls it good), or encrypted data right inside of encrypted data. */
static gboolean
is_put_together (const MadoPgpStatus *status, MadoPgpResult *result)
{
  if (!status->has_loose_signature && status->decryptions < 2)
    return FALSE;
  result->outcome = MADO_OUTCOME_CORRUPT;
  say (result, status->has_loose_signature ? "A signature stands outside of the encrypted data and proves nothing about it; somebody put this message together."
                                           : "The encrypted data holds another encrypted message without anything around it; somebody put this message together.");
  return TRUE;
}

/* Runs the engine and settles outcome and plaintext in @result. */
static gboolean
run_decrypt (MadoPgpEngine *engine, const MadoPgpLimits *limits, gpgme_data_t cipher, MadoPgpSink *sink, MadoPgpResult *result,
             GError **error)
{
  struct gpgme_data_cbs callbacks = { .write = mado_pgp_sink_write };
  MadoPgpLoop loop;
  g_auto (gpgme_data_t) plain = NULL;
  gpgme_decrypt_result_t found;
  gpgme_error_t problem;
  int outcome;

  problem = gpgme_data_new_from_cbs (&plain, &callbacks, sink);
  if (problem != 0)
    return mado_pgp_error_set (error, problem, "plaintext sink");
  mado_pgp_data_widen (plain);
  mado_pgp_status_reset (&engine->status);
  mado_pgp_loop_begin (&loop, engine->context);
  problem = mado_pgp_loop_finish (&loop, gpgme_op_decrypt_verify_start (engine->context, cipher, plain));
  found = gpgme_op_decrypt_result (engine->context);
  if (problem == 0 && !sink->is_over && is_put_together (&engine->status, result))
    return TRUE;
  if (problem == 0 && !sink->is_over) {
    if (found != NULL && found->legacy_cipher_nomdc) {
      result->integrity = MADO_INTEGRITY_NONE;
      result->outcome = MADO_OUTCOME_NO_INTEGRITY;
      return TRUE;
    }
    take_signatures (engine, limits, result);
    result->plaintext = mado_pgp_sink_bytes (sink, error);
    return result->plaintext != NULL;
  }
  outcome = outcome_of (problem, sink, found, result);
  if (outcome < 0)
    return mado_pgp_error_set (error, problem, "decryption");
  /* Without its agent gpg says the same as without a key. */
  if (outcome != MADO_OUTCOME_LIMIT && !mado_pgp_home_check_agent ((MadoPgpHome *) engine->home, error))
    return FALSE;
  result->outcome = (MadoOutcome) outcome;
  return TRUE;
}

/* Armour whose checksum is wrong or missing gets the right one; @bytes are then those of what is returned (transfer
 * full, nullable). */
static GBytes *
repair (const guint8 **bytes, gsize *size, MadoPgpResult *result)
{
  gboolean was_wrong;
  GBytes *repaired = mado_pgp_armor_repair (*bytes, *size, &was_wrong);

  if (repaired == NULL)
    return NULL;
  if (was_wrong)
    say (result, "The checksum of the armour is wrong: it was damaged, or written by a program that counts otherwise. It proves nothing.");
  *bytes = g_bytes_get_data (repaired, size);
  return repaired;
}

gboolean
mado_pgp_decrypt (MadoPgpEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                  MadoPgpResult **result, GError **error)
{
  g_autoptr (MadoPgpResult) facts = mado_pgp_result_new ();
  g_auto (gpgme_data_t) cipher = NULL;
  g_auto (MadoPackets) packets = { 0 };
  MadoPgpSink sink = { -1, limits->max_plaintext, FALSE };
  g_autoptr (GBytes) binary = NULL, stripped = NULL, repaired = repair (&bytes, &size, facts);
  gpgme_error_t problem;
  gboolean ok;

  if (mado_pgp_dearmor (bytes, size, &binary))
    bytes = g_bytes_get_data (binary, &size);
  mado_packets_read (bytes, size, limits->max_recipients, &packets);
  if (judge_packets (&packets, limits, facts)) {
    *result = g_steal_pointer (&facts);
    return TRUE;
  }
  if (packets.passphrases > 0)
    say (facts, "The message can be opened with a passphrase, too, which this gateway does not have.");
  if (packets.passphrases > 0 || packets.has_padding)
    stripped = mado_packets_strip (bytes, size);
  if (stripped != NULL)
    bytes = g_bytes_get_data (stripped, &size);
  problem = gpgme_data_new_from_mem (&cipher, (const char *) bytes, size, 0);
  if (problem != 0)
    return mado_pgp_error_set (error, problem, "ciphertext");
  mado_pgp_data_widen (cipher);
  sink.fd = mado_fsio_memfd ("madoguchi-plaintext", NULL, error);
  if (sink.fd < 0)
    return FALSE;
  ok = run_decrypt (engine, limits, cipher, &sink, facts, error);
  close (sink.fd);
  if (!ok)
    return FALSE;
  *result = g_steal_pointer (&facts);
  return TRUE;
}

static gboolean
run_verify (MadoPgpEngine *engine, const MadoPgpLimits *limits, GBytes *text, gpgme_data_t detached, MadoPgpResult *result,
            GError **error)
{
  g_auto (gpgme_data_t) signed_text = NULL;
  MadoPgpLoop loop;
  gsize size;
  const char *bytes = g_bytes_get_data (text, &size);
  gpgme_error_t problem = gpgme_data_new_from_mem (&signed_text, bytes, size, 0);

  if (problem != 0)
    return mado_pgp_error_set (error, problem, "signed text");
  mado_pgp_data_widen (signed_text);
  mado_pgp_status_reset (&engine->status);
  mado_pgp_loop_begin (&loop, engine->context);
  problem = mado_pgp_loop_finish (&loop, gpgme_op_verify_start (engine->context, detached, signed_text, NULL));
  if (gpgme_err_code (problem) == GPG_ERR_ENOMEM || gpgme_err_code (problem) == GPG_ERR_INV_ENGINE)
    return mado_pgp_error_set (error, problem, "verification");
  if (problem == 0)
    take_signatures (engine, limits, result);
  if (result->signatures->len == 0) {
    result->outcome = MADO_OUTCOME_CORRUPT;
    say (result, "The signature part holds no signature that can be read.");
  }
  return TRUE;
}

/* TRUE when the version of the signature tells enough. */
static gboolean
judge_signature (const MadoPackets *packets, MadoPgpResult *result)
{
  if (packets->kind != MADO_PACKETS_SIGNATURE) {
    result->outcome = MADO_OUTCOME_CORRUPT;
    say (result, "The signature part holds no detached signature.");
    return TRUE;
  }
  if (packets->version == 3 || packets->version == 4)
    return FALSE;
  result->outcome = MADO_OUTCOME_UNSUPPORTED;
  say (result, "The signature has a newer format (RFC 9580) that this gateway cannot verify yet.");
  return TRUE;
}

gboolean
mado_pgp_verify (MadoPgpEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size, gboolean is_mail,
                 const guint8 *signature, gsize signature_size, MadoPgpResult **result, GError **error)
{
  g_autoptr (MadoPgpResult) facts = mado_pgp_result_new ();
  g_autoptr (GBytes) text = NULL, repaired = repair (&signature, &signature_size, facts);
  g_auto (gpgme_data_t) detached = NULL;
  g_auto (MadoPackets) packets = { 0 };
  gpgme_error_t problem;

  mado_packets_read (signature, signature_size, limits->max_recipients, &packets);
  if (!judge_signature (&packets, facts)) {
    problem = gpgme_data_new_from_mem (&detached, (const char *) signature, signature_size, 0);
    if (problem != 0)
      return mado_pgp_error_set (error, problem, "signature");
    text = is_mail ? mado_pgp_canonical (bytes, size) : g_bytes_new_static (bytes, size);
    if (!run_verify (engine, limits, text, detached, facts, error))
      return FALSE;
  }
  *result = g_steal_pointer (&facts);
  return TRUE;
}

/* The last signature block of clear-signed text; @bytes when that is not what they are. */
static const guint8 *
signature_block (const guint8 *bytes, gsize size, gsize *length)
{
  static const char begin[] = "-----BEGIN PGP SIGNATURE-----";
  const guint8 *at = bytes, *found = NULL;

  while ((at = memmem (at, size - (gsize) (at - bytes), begin, sizeof begin - 1)) != NULL)
    found = at++;
  *length = found == NULL ? size : size - (gsize) (found - bytes);
  return found == NULL ? bytes : found;
}

static gboolean
run_opaque (MadoPgpEngine *engine, const MadoPgpLimits *limits, gpgme_data_t text, MadoPgpSink *sink, MadoPgpResult *result,
            GError **error)
{
  struct gpgme_data_cbs callbacks = { .write = mado_pgp_sink_write };
  MadoPgpLoop loop;
  g_auto (gpgme_data_t) plain = NULL;
  gpgme_error_t problem = gpgme_data_new_from_cbs (&plain, &callbacks, sink);

  if (problem != 0)
    return mado_pgp_error_set (error, problem, "plaintext sink");
  mado_pgp_data_widen (plain);
  mado_pgp_status_reset (&engine->status);
  mado_pgp_loop_begin (&loop, engine->context);
  problem = mado_pgp_loop_finish (&loop, gpgme_op_verify_start (engine->context, text, NULL, plain));
  if (gpgme_err_code (problem) == GPG_ERR_ENOMEM || gpgme_err_code (problem) == GPG_ERR_INV_ENGINE)
    return mado_pgp_error_set (error, problem, "verification");
  if (sink->is_over) {
    result->outcome = MADO_OUTCOME_LIMIT;
    say (result, "Verification produced more than we take; what came was thrown away.");
    return TRUE;
  }
  if (engine->status.decryptions > 0) { /* gpg opens it on the way, and GPGME asks nobody whether it was whole */
    result->outcome = MADO_OUTCOME_CORRUPT;
    say (result, "What should only be signed hides encrypted data; it is not shown.");
    return TRUE;
  }
  if (problem == 0)
    take_signatures (engine, limits, result);
  if (result->signatures->len == 0) {
    result->outcome = MADO_OUTCOME_CORRUPT;
    say (result, "Text that should be signed holds no signature that can be read.");
    return TRUE;
  }
  result->plaintext = mado_pgp_sink_bytes (sink, error);
  return result->plaintext != NULL;
}

gboolean
mado_pgp_verify_opaque (MadoPgpEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                        MadoPgpResult **result, GError **error)
{
  g_autoptr (MadoPgpResult) facts = mado_pgp_result_new ();
  g_auto (gpgme_data_t) text = NULL;
  g_auto (MadoPackets) packets = { 0 };
  g_autoptr (GBytes) repaired = repair (&bytes, &size, facts);
  MadoPgpSink sink = { -1, limits->max_plaintext, FALSE };
  gsize length;
  const guint8 *block = signature_block (bytes, size, &length);
  gpgme_error_t problem;
  gboolean ok;

  mado_packets_read (block, length, limits->max_recipients, &packets);
  if (packets.kind == MADO_PACKETS_SIGNED && packets.version == 6) { /* a one-pass signature packet of RFC 9580 */
    facts->outcome = MADO_OUTCOME_UNSUPPORTED;
    say (facts, "The signature has a newer format (RFC 9580) that this gateway cannot verify yet.");
    *result = g_steal_pointer (&facts);
    return TRUE;
  }
  if (packets.kind != MADO_PACKETS_SIGNED && judge_signature (&packets, facts)) {
    *result = g_steal_pointer (&facts);
    return TRUE;
  }
  problem = gpgme_data_new_from_mem (&text, (const char *) bytes, size, 0);
  if (problem != 0)
    return mado_pgp_error_set (error, problem, "signed text");
  sink.fd = mado_fsio_memfd ("madoguchi-signed-text", NULL, error);
  if (sink.fd < 0)
    return FALSE;
  ok = run_opaque (engine, limits, text, &sink, facts, error);
  close (sink.fd);
  if (!ok)
    return FALSE;
  *result = g_steal_pointer (&facts);
  return TRUE;
}
