/* test-pgp-status.c: the status lines of gpg, one by one: where a signature stands, and whose it is. */
#include "madoguchi/pgp/status.h"

#define SUBKEY "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
#define PRIMARY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

typedef struct {
  const char *lines; /* separated by ";" */
  guint decryptions;
  gboolean is_loose;
} Case;

static const Case cases[] = {
  { "NEWSIG;GOODSIG x", 0, FALSE },
  { "ENC_TO x 1 0;BEGIN_DECRYPTION;PLAINTEXT 62 0;NEWSIG;GOODSIG x;END_DECRYPTION", 1, FALSE },
  { "BEGIN_DECRYPTION;PLAINTEXT 62 0;END_DECRYPTION;NEWSIG;GOODSIG x", 1, TRUE },
  { "BEGIN_DECRYPTION;NEWSIG;END_DECRYPTION;NEWSIG", 1, TRUE },
  { "BEGIN_DECRYPTION;BEGIN_DECRYPTION;END_DECRYPTION;NEWSIG;END_DECRYPTION", 2, FALSE },
  { "END_DECRYPTION;END_DECRYPTION;BEGIN_DECRYPTION;NEWSIG", 1, FALSE },
};

static void
feed (MadoPgpStatus *status, const char *lines)
{
  g_auto (GStrv) each = g_strsplit (lines, ";", -1);

  for (guint i = 0; each[i] != NULL; i++) {
    g_auto (GStrv) halves = g_strsplit (each[i], " ", 2);
    mado_pgp_status_take (status, halves[0], halves[1]);
  }
}

static void
test_order (void)
{
  MadoPgpStatus status = { 0 };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    mado_pgp_status_reset (&status);
    feed (&status, cases[i].lines);
    g_assert_cmpuint (status.decryptions, ==, cases[i].decryptions);
    g_assert_cmpint (status.has_loose_signature, ==, cases[i].is_loose);
  }
  mado_pgp_status_clear (&status);
  g_assert_cmpuint (status.decryptions, ==, 0);
}

static void
test_primary (void)
{
  MadoPgpStatus status = { 0 };

  mado_pgp_status_reset (&status);
  feed (&status, "VALIDSIG " SUBKEY " 2026-01-01 1767225600 0 4 0 22 10 00 " PRIMARY);
  g_assert_cmpstr (mado_pgp_status_primary (&status, SUBKEY), ==, PRIMARY);
  g_assert_cmpstr (mado_pgp_status_primary (&status, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"), ==, PRIMARY);
  g_assert_null (mado_pgp_status_primary (&status, PRIMARY));
  g_assert_null (mado_pgp_status_primary (&status, NULL));
  mado_pgp_status_reset (&status);
  g_assert_null (mado_pgp_status_primary (&status, SUBKEY));
  feed (&status, "VALIDSIG " SUBKEY " 2026-01-01 1767225600 0 4 0 22 10 00 <script>");
  feed (&status, "VALIDSIG " SUBKEY ";VALIDSIG;GOODSIG " SUBKEY " a b c d e f g h " PRIMARY);
  g_assert_null (mado_pgp_status_primary (&status, SUBKEY));
  mado_pgp_status_clear (&status);
}

/* Which key of ours opened a mail: two fingerprints and a letter, or it is not said. */
static void
test_opened_by (void)
{
  MadoPgpStatus status = { 0 };

  mado_pgp_status_reset (&status);
  g_assert_null (status.opened_by);
  feed (&status, "DECRYPTION_KEY bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb " PRIMARY " u");
  g_assert_cmpstr (status.opened_by, ==, SUBKEY);
  feed (&status, "DECRYPTION_KEY <script> " PRIMARY " u");
  g_assert_null (status.opened_by);
  feed (&status, "DECRYPTION_KEY " SUBKEY);
  g_assert_cmpstr (status.opened_by, ==, SUBKEY);
  mado_pgp_status_clear (&status);
  g_assert_null (status.opened_by);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pgp/status/order", test_order);
  g_test_add_func ("/pgp/status/primary", test_primary);
  g_test_add_func ("/pgp/status/opened-by", test_opened_by);
  return g_test_run ();
}
