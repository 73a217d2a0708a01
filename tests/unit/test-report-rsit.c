/* Tags of RSIT and of eCSIRT. */
#include "madoguchi/report/rsit.h"

static void
test_tags (void)
{
  static const struct {
    const char *tag, *category;
  } cases[] = {
    { "rsit:fraud=\"phishing\"", "fraud:phishing" },
    { "rsit:availability=\"ddos\"", "availability:ddos" },
    { "ecsirt:malicious-code=\"ransomware\"", "malicious-code:infected-system" },
    { "ecsirt:malicious-code=\"c&c\"", "malicious-code:c2-server" },
    { "ecsirt:information-content-security=\"Unauthorised-information-access\"", "information-content-security:unauthorised-information-access" },
    { "ecsirt:fraud=\"phishing\"", "fraud:phishing" },
    { "rsit:fraud=\"cheating\"", NULL },
    { "rsit:malicious-code=\"ransomware\"", NULL },
    { "rsit:fraud", NULL },
    { "tlp:red", NULL },
    { "circl:incident-classification=\"phishing\"", NULL },
    { "rsit:fraud=\"\"", NULL },
    { "", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *category = mado_rsit_from_tag (cases[i].tag);
    g_assert_cmpstr (category, ==, cases[i].category);
  }
  g_assert_true (mado_rsit_is_category ("fraud:phishing"));
  g_assert_false (mado_rsit_is_category ("fraud:spam"));
  g_assert_false (mado_rsit_is_category ("fraud:"));
  g_assert_false (mado_rsit_is_category ("fraud"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/rsit/tags", test_tags);
  return g_test_run ();
}
