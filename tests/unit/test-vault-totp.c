/* The codes of RFC 6238, appendix B, and what is taken when. */
#include "madoguchi/vault/totp.h"

static const guint8 secret[] = "12345678901234567890"; /* of the RFC's table */

static void
test_codes (void)
{
  static const struct {
    gint64 time;
    guint32 code; /* the last six digits of the table's eight */
  } table[] = {
    { 59, 287082 }, { 1111111109, 81804 }, { 1111111111, 50471 }, { 1234567890, 5924 }, { 2000000000, 279037 }, { 20000000000, 353130 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpuint (mado_totp_code (secret, table[i].time / 30), ==, table[i].code);
}

static void
test_check (void)
{
  gint64 used = 0;

  g_assert_true (mado_totp_check (secret, "081804", 1111111109, 0, &used));
  g_assert_cmpint (used, ==, 1111111109 / 30);
  g_assert_true (mado_totp_check (secret, "081 804", 1111111109 + 30, 0, &used));
  g_assert_true (mado_totp_check (secret, "081804", 1111111109 - 29, 0, &used));
  g_assert_false (mado_totp_check (secret, "081804", 1111111109 + 61, 0, &used));
  g_assert_false (mado_totp_check (secret, "081804", 1111111109 - 61, 0, &used));
  g_assert_false (mado_totp_check (secret, "081804", 1111111109, used, &used)); /* once */
  g_assert_false (mado_totp_check (secret, "081805", 1111111109, 0, &used));
  g_assert_false (mado_totp_check (secret, "81804", 1111111109, 0, &used));
  g_assert_false (mado_totp_check (secret, "0818040", 1111111109, 0, &used));
  g_assert_false (mado_totp_check (secret, "", 1111111109, 0, &used));
  g_assert_false (mado_totp_check (secret, "08180a", 1111111109, 0, &used));
  g_assert_false (mado_totp_check (secret, "                 081804", 1111111109, 0, &used));
}

static void
test_words (void)
{
  g_autofree char *base32 = mado_totp_base32 (secret);
  g_autofree char *uri = mado_totp_uri (secret, "Example CSIRT", "hanako");

  g_assert_cmpstr (base32, ==, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
  g_assert_cmpstr (uri, ==,
                   "otpauth://totp/Example%20CSIRT:hanako?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Example%20CSIRT"
                   "&algorithm=SHA1&digits=6&period=30");
  g_autofree char *odd = mado_totp_uri (secret, "CERT: 窓口 & Co", "hanako");
  g_assert_cmpstr (odd, ==,
                   "otpauth://totp/CERT-%20%E7%AA%93%E5%8F%A3%20%26%20Co:hanako?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                   "&issuer=CERT-%20%E7%AA%93%E5%8F%A3%20%26%20Co&algorithm=SHA1&digits=6&period=30");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/totp/codes", test_codes);
  g_test_add_func ("/totp/check", test_check);
  g_test_add_func ("/totp/words", test_words);
  return g_test_run ();
}
