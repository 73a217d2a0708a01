/* Other teams' numbers, as they stand in their subjects and texts. */
#include "madoguchi/report/case-ids.h"

static char *
join (GPtrArray *list)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    g_string_append_printf (out, "%s%s", i == 0 ? "" : "; ", (const char *) g_ptr_array_index (list, i));
  return g_string_free (out, FALSE);
}

static void
check (const char *text, gboolean is_subject, const char *all, const char *threads)
{
  g_auto (MadoCaseIds) ids = { 0 };

  mado_case_ids_init (&ids);
  mado_case_ids_read (&ids, text, is_subject, "CSIRT");
  g_autofree char *got = join (ids.all);
  g_autofree char *got_threads = join (ids.threads);
  g_assert_cmpstr (got, ==, all);
  g_assert_cmpstr (got_threads, ==, threads);
}

static void
test_subjects (void)
{
  static const char *const rows[][2] = {
    { "JPCERT#59815655 Possible Computer Security Incident", "JPCERT#59815655" },
    { "Re: [CERT-Bund#2018091028000488] Infected hosts", "CERT-Bund#2018091028000488" },
    { "[CB-Report#20211015-10001151] x", "CB-Report#20211015-10001151" },
    { "[CSIRT-MU #397245] x", "CSIRT-MU #397245" },
    { "[CERT.PL #12] x", "CERT.PL #12" },
    { "[NKSC/CERT-LT #77] x", "NKSC/CERT-LT #77" },
    { "[CNCS|CERT.PT #9] x", "CNCS|CERT.PT #9" },
    { "[RTIR - CERT-PY #123] x", "RTIR - CERT-PY #123" },
    { "[Ticket#2023040710031813] x", "Ticket#2023040710031813" },
    { "[TWNCERT-S202107190048] x", "TWNCERT-S202107190048" },
    { "AUSCERT#20150 x", "AUSCERT#20150" },
    { "Ref: CERTIn-12345678 x", "CERTIn-12345678" },
    { "[#44] x", "#44" },
    { "［ＣＥＲＴ－Ｂｕｎｄ＃１２３４］", "CERT-Bund#1234" },
    { "【JPCERT＃59815655】", "JPCERT#59815655" },
    { "VRF#25-11-SQRSK x", "VRF#25-11-SQRSK" },
    { "[rt.team.org #5] [rt.team.org #5] JPCERT#11112222", "rt.team.org #5; JPCERT#11112222" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    check (rows[i][0], TRUE, rows[i][1], rows[i][1]);
  check ("About VU#930724 and JVN#12345678", TRUE, "VU#930724; JVN#12345678", "");
}

static void
test_bodies (void)
{
  check ("JPCERT#59815655 is the incident reference number.\nSee [CERT-Bund#1234] and VU#930724", FALSE,
         "JPCERT#59815655; CERT-Bund#1234; VU#930724", "");
  check ("issue #5, [note #6], C# 7, #8, color #123456, [#44]", FALSE, "", "");
}

static void
test_none (void)
{
  static const char *const rows[] = { "[CSIRT #2026-000001] x", "issue #5", "C# 7", "number 5", "cert@certs.org 123456", "[a#b]", "##", "#",
                                      "[CERT-Bund#]", "A very long name that goes on and on and on and on #5]", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    check (rows[i], TRUE, "", "");
}

static void
test_fields (void)
{
  g_auto (MadoCaseIds) ids = { 0 };

  mado_case_ids_init (&ids);
  mado_case_ids_read_field (&ids, "2018091028000488", "CSIRT");
  mado_case_ids_read_field (&ids, "rt.team.org #5", "CSIRT");
  mado_case_ids_read_field (&ids, "what is this", "CSIRT");
  g_autofree char *got = join (ids.threads);
  g_assert_cmpstr (got, ==, "Ticket#2018091028000488; rt.team.org #5");
}

static void
test_many (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_auto (MadoCaseIds) ids = { 0 };

  mado_case_ids_init (&ids);
  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, "JPCERT#%08u ", i);
  mado_case_ids_read (&ids, text->str, TRUE, "CSIRT");
  g_assert_cmpuint (ids.all->len, ==, 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/case-ids/subjects", test_subjects);
  g_test_add_func ("/report/case-ids/bodies", test_bodies);
  g_test_add_func ("/report/case-ids/none", test_none);
  g_test_add_func ("/report/case-ids/fields", test_fields);
  g_test_add_func ("/report/case-ids/many", test_many);
  return g_test_run ();
}
