/* signature.c: see signature.h. */
#include "madoguchi/pgp/signature.h"

#include "madoguchi/pgp/data.h"

#define FUTURE_SLACK 3600 /* seconds that a sender's clock may be ahead */

MadoSignatureStatus
mado_pgp_signature_status (const gpgme_signature_t found)
{
  switch (gpgme_err_code (found->status)) {
  case GPG_ERR_NO_ERROR:
    return found->summary & GPGME_SIGSUM_RED ? MADO_SIGNATURE_BAD : MADO_SIGNATURE_GOOD_UNTRUSTED;
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

gboolean
mado_pgp_signature_is_sound (MadoSignatureStatus status)
{
  return status == MADO_SIGNATURE_GOOD_UNTRUSTED || status == MADO_SIGNATURE_EXPIRED_SIGNATURE
         || status == MADO_SIGNATURE_EXPIRED_KEY || status == MADO_SIGNATURE_REVOKED_KEY;
}

/* Why a signature that came out right does not count all the same; NULL: it does. */
static const char *
objection (const gpgme_signature_t found, gint64 now)
{
  if (mado_pgp_hash_is_weak (found->hash_algo, (gint64) found->timestamp))
    return "A signature was made with a hash that is not accepted any more.";
  if ((gint64) found->timestamp > now + FUTURE_SLACK)
    return "A signature claims to be made in the future; it is not accepted.";
  if (found->wrong_key_usage)
    return "A signature was made with a key that is not meant for signatures.";
  return NULL;
}

MadoSignature *
mado_pgp_signature_describe (const gpgme_signature_t found, gint64 now, MadoPgpResult *result)
{
  MadoSignature *signature = mado_signature_new ();
  const char *hash = gpgme_hash_algo_name (found->hash_algo), *reason;

  signature->status = mado_pgp_signature_status (found);
  signature->created = (gint64) found->timestamp;
  signature->expires = (gint64) found->exp_timestamp;
  signature->hash = hash == NULL || found->hash_algo == GPGME_MD_NONE ? NULL : g_strdup (hash);
  signature->fingerprint = g_strdup (found->fpr);
  reason = mado_pgp_signature_is_sound (signature->status) ? objection (found, now) : NULL;
  if (reason != NULL) {
    signature->status = MADO_SIGNATURE_UNSUPPORTED;
    mado_pgp_result_say (result, reason);
  }
  return signature;
}
