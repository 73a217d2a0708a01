/* Signatures as an engine reports them: each of its words has one meaning, and what it leaves to us is judged. */
#include "madoguchi/pgp/signature.h"

#define NOW G_GINT64_CONSTANT (1800000000)

typedef struct {
  const char *name;
  gpg_err_code_t status;
  gpgme_sigsum_t summary;
  gpgme_hash_algo_t hash;
  gint64 created; /* seconds after NOW */
  gboolean wrong_usage;
  MadoSignatureStatus expected;
  guint sentences;
} Case;

static const Case cases[] = {
  { "good", GPG_ERR_NO_ERROR, 0, GPGME_MD_SHA256, -60, FALSE, MADO_SIGNATURE_GOOD_UNTRUSTED, 0 },
  { "red", GPG_ERR_NO_ERROR, GPGME_SIGSUM_RED, GPGME_MD_SHA256, -60, FALSE, MADO_SIGNATURE_BAD, 0 },
  { "bad", GPG_ERR_BAD_SIGNATURE, 0, GPGME_MD_SHA256, -60, FALSE, MADO_SIGNATURE_BAD, 0 },
  { "expired", GPG_ERR_SIG_EXPIRED, 0, GPGME_MD_SHA256, -60, FALSE, MADO_SIGNATURE_EXPIRED_SIGNATURE, 0 },
  { "expired-key", GPG_ERR_KEY_EXPIRED, 0, GPGME_MD_SHA256, -60, FALSE, MADO_SIGNATURE_EXPIRED_KEY, 0 },
  { "expired-certificate", GPG_ERR_CERT_EXPIRED, 0, GPGME_MD_SHA256, -60, FALSE, MADO_SIGNATURE_EXPIRED_KEY, 0 },
  { "revoked", GPG_ERR_CERT_REVOKED, 0, GPGME_MD_SHA256, -60, FALSE, MADO_SIGNATURE_REVOKED_KEY, 0 },
  { "unknown", GPG_ERR_NO_PUBKEY, 0, GPGME_MD_NONE, -60, FALSE, MADO_SIGNATURE_UNKNOWN_KEY, 0 },
  { "anything-else", GPG_ERR_GENERAL, 0, GPGME_MD_SHA256, -60, FALSE, MADO_SIGNATURE_UNSUPPORTED, 0 },
  { "md5", GPG_ERR_NO_ERROR, 0, GPGME_MD_MD5, -60, FALSE, MADO_SIGNATURE_UNSUPPORTED, 1 },
  { "md5-expired-key", GPG_ERR_KEY_EXPIRED, 0, GPGME_MD_MD5, -60, FALSE, MADO_SIGNATURE_UNSUPPORTED, 1 },
  { "sha1", GPG_ERR_NO_ERROR, 0, GPGME_MD_SHA1, -60, FALSE, MADO_SIGNATURE_UNSUPPORTED, 1 },
  { "bad-stays-bad", GPG_ERR_BAD_SIGNATURE, 0, GPGME_MD_MD5, 86400, TRUE, MADO_SIGNATURE_BAD, 0 },
  { "fast-clock", GPG_ERR_NO_ERROR, 0, GPGME_MD_SHA256, 3600, FALSE, MADO_SIGNATURE_GOOD_UNTRUSTED, 0 },
  { "future", GPG_ERR_NO_ERROR, 0, GPGME_MD_SHA256, 3601, FALSE, MADO_SIGNATURE_UNSUPPORTED, 1 },
  { "usage", GPG_ERR_NO_ERROR, 0, GPGME_MD_SHA256, -60, TRUE, MADO_SIGNATURE_UNSUPPORTED, 1 },
};

static void
test_case (gconstpointer data)
{
  const Case *one = data;
  char fingerprint[] = "0123456789ABCDEF0123456789ABCDEF01234567";
  struct _gpgme_signature found = {
    .summary = one->summary,
    .fpr = fingerprint,
    .status = gpgme_error (one->status),
    .timestamp = (unsigned long) (NOW + one->created),
    .exp_timestamp = 1900000000,
    .wrong_key_usage = one->wrong_usage,
    .hash_algo = one->hash,
  };
  g_autoptr (MadoPgpResult) result = mado_pgp_result_new ();
  g_autoptr (MadoSignature) signature = mado_pgp_signature_describe (&found, NOW, result);

  g_assert_cmpint (signature->status, ==, one->expected);
  g_assert_cmpuint (result->problems->len, ==, one->sentences);
  g_assert_cmpstr (signature->fingerprint, ==, fingerprint);
  g_assert_cmpint (signature->created, ==, NOW + one->created);
  g_assert_cmpint (signature->expires, ==, 1900000000);
  g_assert_cmpstr (signature->hash, ==, one->hash == GPGME_MD_NONE ? NULL : gpgme_hash_algo_name (one->hash));
  g_assert_null (signature->vouched_by);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/pgp/signature/%s", cases[i].name);
    g_test_add_data_func (path, &cases[i], test_case);
  }
  return g_test_run ();
}
