/* open.c: see open.h. The table of results that GPGME 1.18 with gpg 2.2.40 really gives was measured; each case
 * here has a test in tests/it/open.py. */
#include "madoguchi/pgp/open.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/secret.h"
#include "madoguchi/pgp/armor.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/data.h"
#include "madoguchi/pgp/loop.h"
#include "madoguchi/pgp/outcome.h"
#include "madoguchi/pgp/packets.h"
#include "madoguchi/pgp/signature.h"
#include "madoguchi/pgp/status.h"
#include "madoguchi/pgp/unwrap.h"

#include <string.h>
#include <unistd.h>

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

/* The key of ours that @found belongs to: as gpg checked it, or as far as the key table knows. A subkey alone proves
 * nothing: anybody may put another's into his own key. */
static const MadoKey *
find_key (const MadoPgpEngine *engine, const MadoPgpLimits *limits, const gpgme_signature_t found)
{
  const char *primary = mado_pgp_status_primary (&engine->status, found->fpr);

  return limits->keys == NULL || found->fpr == NULL ? NULL : mado_key_index_find (limits->keys, primary != NULL ? primary : found->fpr);
}

/* Why gpg did not check a signature at all, as far as it tells. */
static void
say_unchecked (MadoPgpResult *result, const gpgme_signature_t found)
{
  switch (gpgme_err_code (found->status)) {
  case GPG_ERR_PUBKEY_ALGO:
  case GPG_ERR_DIGEST_ALGO:
  case GPG_ERR_UNSUPPORTED_ALGORITHM:
    mado_pgp_result_say (result, "A signature uses an algorithm that GnuPG 2.2 does not know or does not accept; it was not checked.");
    return;
  case GPG_ERR_GENERAL:
    mado_pgp_result_say (result, "GnuPG 2.2 did not check a signature. It wants a hash as long as an elliptic-curve key (SHA-384 for 384 bits).");
    return;
  default:
    mado_pgp_result_say (result, "GnuPG 2.2 did not check a signature.");
  }
}

static MadoSignature *
describe (const MadoPgpEngine *engine, MadoPgpResult *result, const MadoPgpLimits *limits, const gpgme_signature_t found)
{
  MadoSignature *signature = mado_pgp_signature_describe (found, limits->now, result);
  const MadoKey *key = find_key (engine, limits, found);

  if (mado_pgp_signature_status (found) == MADO_SIGNATURE_UNSUPPORTED)
    say_unchecked (result, found);
  if (key == NULL)
    return signature;
  if (!g_str_equal (key->fingerprint, found->fpr) && strlen (found->fpr) > 16)
    signature->subkey = g_strdup (found->fpr);
  g_free (signature->fingerprint);
  signature->fingerprint = g_strdup (key->fingerprint);
  return signature;
}

static void
take_signatures (MadoPgpEngine *engine, const MadoPgpLimits *limits, MadoPgpResult *result)
{
  gpgme_verify_result_t found = gpgme_op_verify_result (engine->context);

  for (gpgme_signature_t one = found == NULL ? NULL : found->signatures; one != NULL; one = one->next) {
    if (result->signatures->len >= limits->max_signatures) {
      mado_pgp_result_say (result, "There are more signatures than we look at.");
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
    return packets->version == 1 ? MADO_INTEGRITY_MDC : packets->version == 2 ? MADO_INTEGRITY_AEAD
                                                                              : MADO_INTEGRITY_UNKNOWN;
  case 20:
    return MADO_INTEGRITY_AEAD;
  default:
    return MADO_INTEGRITY_UNKNOWN;
  }
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
    return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT,
                                   packets->kind == MADO_PACKETS_JUNK ? "The encrypted part holds no OpenPGP data."
                                                                      : "The part that should be encrypted holds OpenPGP data that is not.");
  if (packets->recipient_count > limits->max_recipients || packets->passphrases > limits->max_recipients)
    return mado_pgp_result_settle (result, MADO_OUTCOME_LIMIT, "The message is encrypted to more recipients than we try.");
  if (limits->max_trials > 0 && limits->trials_before + packets->trials > limits->max_trials)
    return mado_pgp_result_settle (result, MADO_OUTCOME_LIMIT, "The mail hides more recipients than we try.");
  result->trials = packets->trials;
  if (packets->container == 9)
    return mado_pgp_result_settle (result, MADO_OUTCOME_NO_INTEGRITY,
                                   "The message has no integrity protection, so its text could have been changed; it is withheld.");
  foreign = foreign_format (packets);
  if (foreign != NULL)
    return mado_pgp_result_settle (result, MADO_OUTCOME_UNSUPPORTED, foreign);
  if (packets->has_rest) /* gpg takes a signature there for one over nothing, and calls it good */
    return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "Something stands behind the encrypted data: somebody put this message together.");
  if (packets->container == 0 && !packets->is_compressed)
    return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "The message names who can open it, and was cut before its text.");
  return FALSE;
}

/* Packets that no program writes in this order: a signature behind the encrypted data (gpg takes it for one over
 * nothing, and calls it good), or encrypted data right inside of encrypted data. */
static gboolean
is_put_together (const MadoPgpStatus *status, MadoPgpResult *result)
{
  if (!status->has_loose_signature && status->decryptions < 2)
    return FALSE;
  result->outcome = MADO_OUTCOME_CORRUPT;
  mado_pgp_result_say (result, status->has_loose_signature
                                   ? "A signature stands outside of the encrypted data and proves nothing about it; "
                                     "somebody put this message together."
                                   : "The encrypted data holds another encrypted message without anything around it; "
                                     "somebody put this message together.");
  return TRUE;
}

/* gpg gave up at what is inside the encrypted data. When these are whole and hold signed data, @result tells what the
 * signatures are worth, and has the text as far as there is one; of its problems the first @said stay. FALSE: nothing
 * of that. */
static gboolean
look_inside (MadoPgpEngine *engine, const MadoPgpLimits *limits, gpgme_data_t cipher, guint said, MadoPgpResult *result)
{
  g_autoptr (GBytes) bytes = mado_pgp_unwrap (engine->context, &engine->status, cipher, limits->max_plaintext);
  g_autoptr (MadoPgpResult) inside = NULL;
  gsize size;
  const guint8 *data = bytes == NULL ? NULL : g_bytes_get_data (bytes, &size);

  if (data == NULL || !mado_pgp_verify_opaque (engine, limits, data, size, &inside, NULL) || inside == NULL
      || (inside->outcome != MADO_OUTCOME_OK && inside->outcome != MADO_OUTCOME_UNSUPPORTED))
    return FALSE;
  g_ptr_array_set_size (result->problems, (int) said);
  for (guint i = 0; i < inside->problems->len; i++)
    mado_pgp_result_say (result, g_ptr_array_index (inside->problems, i));
  g_ptr_array_unref (result->signatures);
  result->signatures = g_ptr_array_ref (inside->signatures);
  result->plaintext = g_steal_pointer (&inside->plaintext);
  result->outcome = inside->outcome;
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
  guint said = result->problems->len;
  gboolean was_damaged;
  int outcome;

  problem = gpgme_data_new_from_cbs (&plain, &callbacks, sink);
  if (problem != 0)
    return mado_pgp_error_set (error, problem, "plaintext sink");
  mado_pgp_data_widen (plain);
  mado_pgp_status_reset (&engine->status);
  mado_pgp_loop_begin (&loop, engine->context);
  problem = mado_pgp_loop_finish (&loop, gpgme_op_decrypt_verify_start (engine->context, cipher, plain));
  found = gpgme_op_decrypt_result (engine->context);
  g_free (result->opened_by);
  result->opened_by = g_steal_pointer (&engine->status.opened_by);
  if ((problem != 0 || sink->is_over) && mado_pgp_result_end (result, sink->is_over))
    return TRUE;
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
  was_damaged = engine->status.has_bad_mdc;
  outcome = mado_pgp_outcome (problem, sink, found, &engine->status, result);
  if (outcome < 0)
    return mado_pgp_error_set (error, problem, "decryption");
  if ((outcome == MADO_OUTCOME_CORRUPT || outcome == MADO_OUTCOME_ERROR) && !was_damaged
      && look_inside (engine, limits, cipher, said, result))
    return TRUE;
  /* Without its agent gpg says the same as without a key. */
  if (outcome != MADO_OUTCOME_LIMIT && !mado_pgp_home_check_agent ((MadoPgpHome *) engine->home, error))
    return FALSE;
  result->outcome = (MadoOutcome) outcome;
  return TRUE;
}

/* The keys of the store rest encrypted to the team, as any mail does. Whoever took that file may send it here to have it
 * opened: nobody shall read them in a ticket. */
static void
withhold_secrets (const MadoPgpLimits *limits, MadoPgpResult *result)
{
  gsize size = 0;
  const void *text = result->plaintext != NULL ? g_bytes_get_data (result->plaintext, &size) : NULL;

  if (limits->takes_secrets || text == NULL || !mado_secret_is_vault (text, size))
    return;
  g_clear_pointer (&result->plaintext, g_bytes_unref);
  g_ptr_array_set_size (result->signatures, 0);
  mado_pgp_result_settle (result, MADO_OUTCOME_UNSUPPORTED,
                          "This is the wrapped key of a store, not a report: somebody has had a copy of that file. It is withheld.");
}

/* (transfer full, nullable) @bytes with the right checksum, when they are armour with a wrong one or none. */
static GBytes *
repair (const guint8 *bytes, gsize size, MadoPgpResult *result)
{
  gboolean was_wrong;
  GBytes *repaired = mado_pgp_armor_repair (bytes, size, &was_wrong);

  if (repaired != NULL && was_wrong)
    mado_pgp_result_say (result, "The checksum of the armour is wrong: it was damaged, or written by a program that counts otherwise. It proves nothing.");
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
  g_autoptr (GBytes) binary = NULL, stripped = NULL, repaired = repair (bytes, size, facts);
  gpgme_error_t problem;
  gboolean ok;

  if (repaired != NULL)
    bytes = g_bytes_get_data (repaired, &size);
  if (mado_pgp_dearmor (bytes, size, &binary))
    bytes = g_bytes_get_data (binary, &size);
  mado_packets_read (bytes, size, limits->max_recipients, &packets);
  if (judge_packets (&packets, limits, facts)) {
    *result = g_steal_pointer (&facts);
    return TRUE;
  }
  if (packets.passphrases > 0)
    mado_pgp_result_say (facts, "The message can be opened with a passphrase, too, which this gateway does not have.");
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
  withhold_secrets (limits, facts);
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
  if (result->signatures->len == 0 && !mado_pgp_result_end (result, FALSE)) {
    result->outcome = MADO_OUTCOME_CORRUPT;
    mado_pgp_result_say (result, "The signature part holds no signature that can be read.");
  }
  return TRUE;
}

/* TRUE when the version of the signature tells enough. */
static gboolean
judge_signature (const MadoPackets *packets, MadoPgpResult *result)
{
  if (packets->kind != MADO_PACKETS_SIGNATURE) {
    result->outcome = MADO_OUTCOME_CORRUPT;
    mado_pgp_result_say (result, "The signature part holds no detached signature.");
    return TRUE;
  }
  if (packets->version == 3 || packets->version == 4) {
    if (packets->hash <= 11) /* SHA-224; gpg 2.2 passes over signatures with the newer ones */
      return FALSE;
    return mado_pgp_result_settle (result, MADO_OUTCOME_UNSUPPORTED, "The signature uses a hash that GnuPG 2.2 does not know or does not accept.");
  }
  return mado_pgp_result_settle (result, MADO_OUTCOME_UNSUPPORTED, "The signature has a newer format (RFC 9580) that this gateway cannot verify yet.");
}

gboolean
mado_pgp_verify (MadoPgpEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size, gboolean is_mail,
                 const guint8 *signature, gsize signature_size, MadoPgpResult **result, GError **error)
{
  g_autoptr (MadoPgpResult) facts = mado_pgp_result_new ();
  g_autoptr (GBytes) text = NULL, repaired = repair (signature, signature_size, facts), first = NULL;
  g_auto (gpgme_data_t) detached = NULL;
  g_auto (MadoPackets) packets = { 0 };
  gpgme_error_t problem;

  if (repaired != NULL)
    signature = g_bytes_get_data (repaired, &signature_size);
  first = mado_packets_first (signature, signature_size, limits->max_signatures);
  if (first != NULL) { /* a flood: the engine would look at each */
    mado_pgp_result_say (facts, "There are more signatures than we look at.");
    signature = g_bytes_get_data (first, &signature_size);
  }
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
  if ((problem != 0 || sink->is_over) && mado_pgp_result_end (result, sink->is_over))
    return TRUE;
  if (sink->is_over) {
    result->outcome = MADO_OUTCOME_LIMIT;
    mado_pgp_result_say (result, "Verification produced more than we take; what came was thrown away.");
    return TRUE;
  }
  if (engine->status.decryptions > 0) { /* gpg opens it on the way, and GPGME asks nobody whether it was whole */
    result->outcome = MADO_OUTCOME_CORRUPT;
    mado_pgp_result_say (result, "What should only be signed hides encrypted data; it is not shown.");
    return TRUE;
  }
  if (problem == 0)
    take_signatures (engine, limits, result);
  if (result->signatures->len == 0) {
    if (mado_pgp_result_end (result, FALSE))
      return TRUE;
    result->outcome = MADO_OUTCOME_CORRUPT;
    mado_pgp_result_say (result, "Text that should be signed holds no signature that can be read.");
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
  g_autoptr (GBytes) repaired = repair (bytes, size, facts);
  MadoPgpSink sink = { -1, limits->max_plaintext, FALSE };
  const guint8 *block;
  gpgme_error_t problem;
  gboolean ok;
  gsize length;

  if (repaired != NULL)
    bytes = g_bytes_get_data (repaired, &size);
  block = signature_block (bytes, size, &length);
  mado_packets_read (block, length, limits->max_recipients, &packets);
  if (packets.kind == MADO_PACKETS_SIGNED && packets.version == 6) { /* a one-pass signature packet of RFC 9580 */
    facts->outcome = MADO_OUTCOME_UNSUPPORTED;
    mado_pgp_result_say (facts, "The signature has a newer format (RFC 9580) that this gateway cannot verify yet.");
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
