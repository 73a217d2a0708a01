/* outcome.c: see outcome.h. */
#include "madoguchi/pgp/outcome.h"

#include "madoguchi/pgp/context.h"

static int
no_secret_key (MadoPgpResult *result)
{
  if (g_strv_contains ((const char *const *) result->encrypted_to, "0000000000000000"))
    mado_pgp_result_say (result, "The message hides to whom it is encrypted; no key of ours opens it.");
  return MADO_OUTCOME_NO_SECRET_KEY;
}

static int
changed (MadoPgpResult *result)
{
  mado_pgp_result_say (result, "The encrypted data was changed or cut on its way, or padded by a program whose padding GnuPG 2.2 "
                               "does not take (Sequoia does so in large messages): ask for it once more, without padding.");
  return MADO_OUTCOME_CORRUPT;
}

static int
unsupported_cipher (MadoPgpResult *result)
{
  mado_pgp_result_say (result, "The message is encrypted with an algorithm that GnuPG 2.2 does not know.");
  return MADO_OUTCOME_UNSUPPORTED;
}

static int
outcome_of (gpgme_error_t problem, gpgme_decrypt_result_t found, MadoPgpResult *result)
{
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
      return unsupported_cipher (result);
    return changed (result);
  case GPG_ERR_NO_DATA:
  case GPG_ERR_BAD_DATA:
  case GPG_ERR_INV_PACKET:
  case GPG_ERR_CHECKSUM:
  case GPG_ERR_BAD_MPI:
  case GPG_ERR_INV_DATA:
    return changed (result);
  case GPG_ERR_CIPHER_ALGO:
  case GPG_ERR_PUBKEY_ALGO:
  case GPG_ERR_UNSUPPORTED_ALGORITHM:
    return unsupported_cipher (result);
  default:
    return mado_pgp_error_is_ours (problem) ? -1 : (int) MADO_OUTCOME_ERROR;
  }
}

int
mado_pgp_outcome (gpgme_error_t problem, const MadoPgpSink *sink, gpgme_decrypt_result_t found, const MadoPgpStatus *status,
                  MadoPgpResult *result)
{
  int outcome;

  if (sink->is_over) {
    mado_pgp_result_say (result, "Decryption produced more than we take; what came was thrown away.");
    return MADO_OUTCOME_LIMIT;
  }
  if (status->has_bad_mdc)
    return changed (result);
  outcome = outcome_of (problem, found, result);
  /* Behind padding that it does not understand gpg may see anything, such as a packet that asks for a passphrase. */
  if ((outcome == MADO_OUTCOME_BAD_PASSPHRASE || outcome == MADO_OUTCOME_ERROR) && status->decryptions > 0)
    return changed (result);
  return outcome;
}
