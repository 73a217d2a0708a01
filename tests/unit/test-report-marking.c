/* TLP and PAP as people write them. */
#include "madoguchi/report/marking.h"

static void
check (const char *text, gboolean is_subject, const char *tlp, const char *pap)
{
  MadoMarking marking = { 0 };

  mado_marking_read (&marking, text, is_subject);
  g_assert_cmpstr (mado_tlp_name (marking.tlp), ==, tlp);
  g_assert_cmpstr (mado_pap_name (marking.pap), ==, pap);
}

static void
test_forms (void)
{
  check ("[TLP:AMBER] Report", TRUE, "TLP:AMBER", NULL);
  check ("TLP:AMBER+STRICT", FALSE, "TLP:AMBER+STRICT", NULL);
  check ("tlp: amber+strict.", FALSE, "TLP:AMBER+STRICT", NULL);
  check ("TLP AMBAR", FALSE, "TLP:AMBER", NULL);
  check ("ＴＬＰ：ＲＥＤ", FALSE, "TLP:RED", NULL);
  check ("ＴＬＰ：ＡＭＢＥＲ＋ＳＴＲＩＣＴ", FALSE, "TLP:AMBER+STRICT", NULL);
  check ("本メールはTLP：アンバーです", FALSE, "TLP:AMBER", NULL);
  check ("TLP:WHITE", FALSE, "TLP:CLEAR", NULL);
  check ("TLP2.0:GREEN", FALSE, "TLP:GREEN", NULL);
  check ("TLP v2.0: CLEAR", FALSE, "TLP:CLEAR", NULL);
  check ("PAP:RED, TLP:GREEN", FALSE, "TLP:GREEN", "PAP:RED");
}

static void
test_none (void)
{
  static const char *const rows[] = { "TLP", "TLP:", "TLP:REDDISH", "XTLP:RED", "TLPRED", "TLP is a RED thing", "the red light", "", "TLP:\nRED", "PAPER:RED" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    check (rows[i], FALSE, NULL, NULL);
}

static void
test_strictest (void)
{
  MadoMarking marking = { 0 };

  check ("TLP:GREEN ... TLP:AMBER ... TLP:CLEAR", FALSE, "TLP:AMBER", NULL);
  check ("TLP:RED TLP:AMBER TLP:GREEN TLP:CLEAR: see first.org/tlp", FALSE, NULL, NULL);
  check ("TLP:RED TLP:AMBER TLP:GREEN TLP:CLEAR", TRUE, "TLP:RED", NULL);
  mado_marking_read (&marking, "TLP:AMBER", TRUE);
  mado_marking_read (&marking, "TLP:GREEN", FALSE);
  g_assert_cmpint (marking.tlp, ==, MADO_TLP_AMBER);
  g_assert_cmpstr (mado_tlp_stricter ("TLP:GREEN", "TLP:RED"), ==, "TLP:RED");
  g_assert_cmpstr (mado_tlp_stricter ("TLP:RED", "TLP:AMBER+STRICT"), ==, "TLP:RED");
  g_assert_cmpstr (mado_tlp_stricter (NULL, "TLP:CLEAR"), ==, "TLP:CLEAR");
  g_assert_cmpstr (mado_tlp_stricter ("PAP:GREEN", NULL), ==, "PAP:GREEN");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/marking/forms", test_forms);
  g_test_add_func ("/report/marking/none", test_none);
  g_test_add_func ("/report/marking/strictest", test_strictest);
  return g_test_run ();
}
