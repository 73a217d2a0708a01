/* cms-verify.c: verification, see cms.h. */
#include "madoguchi/pgp/cms.h"

#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/cms-chain.h"
#include "madoguchi/pgp/cms-engine.h"
#include "madoguchi/pgp/cms-reader.h"
#include "madoguchi/pgp/context.h"
#include "madoguchi/pgp/data.h"
#include "madoguchi/pgp/signature.h"

#include <string.h>
#include <unistd.h>

#define NAMES_MAX 100

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
  MadoSignature *signature = mado_pgp_signature_describe (found, limits->now, result);

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
    mado_pgp_result_say (result, "The certificate of a signature, or one that vouches for it, was revoked.");
    break;
  case MADO_CRL_STALE:
    if (signature->vouched_by != NULL)
      mado_pgp_result_say (result, "Nobody can say whether the certificate of a signature was revoked: the list of its authority is too old.");
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
    if (mado_pgp_signature_is_sound (signature->status))
      signature->status = MADO_SIGNATURE_BAD;
  }
  mado_pgp_result_say (result, "The message has several signatures, and not all of them are right: none counts.");
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
  return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "The signed text is nothing but attributes of another signature; it proves nothing.");
}

/* Runs the engine over @signature and its @text (NULL: it is inside, and goes to @sink). */
static gboolean
run_verify (MadoCmsEngine *engine, const MadoPgpLimits *limits, const MadoCms *cms, gpgme_data_t signature, gpgme_data_t text,
            MadoPgpSink *sink, MadoPgpResult *result, GError **error)
{
  struct gpgme_data_cbs callbacks = { .write = mado_pgp_sink_write };
  g_auto (gpgme_ctx_t) context = mado_cms_engine_begin (engine, error);
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
    return mado_pgp_result_settle (result, MADO_OUTCOME_LIMIT, "The signed message holds more than we take; what came was thrown away.");
  if (mado_pgp_error_is_ours (problem))
    return mado_pgp_error_set (error, problem, "S/MIME verification");
  if (problem != 0)
    return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME signature cannot be read.");
  take_signatures (context, mado_pgp_home_crls (engine->home), limits, cms, result);
  if (result->signatures->len == 0)
    mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME signature holds no signature at all.");
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
    return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME part that should be signed holds no signed data.");
  if (cms->signers > limits->max_signatures)
    return mado_pgp_result_settle (result, MADO_OUTCOME_LIMIT, "There are more signatures than we look at.");
  if (cms->certificate_count > MADO_CMS_CERTIFICATES_MAX)
    return mado_pgp_result_settle (result, MADO_OUTCOME_LIMIT, "The signature brings more certificates along than we look at.");
  if (is_detached && cms->has_content) /* gpgsm would verify the text in there, not the one that is read */
    return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME signature brings another text along; it proves nothing about this one.");
  if (is_detached && cms->signers == 0)
    return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "The S/MIME signature holds no signature at all.");
  if (!is_detached && !cms->has_content)
    return mado_pgp_result_settle (result, MADO_OUTCOME_CORRUPT, "The signed S/MIME message holds no text.");
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
