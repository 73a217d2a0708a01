/* test-model-taxonomy.c: what a category is called, and which one a name means. */
#include "madoguchi/model/taxonomy.h"
#include "madoguchi/model/triage.h"

static void
test_read (void)
{
  static const struct {
    const char *word, *category, *tag;
  } rows[] = {
    { "fraud:phishing", "fraud:phishing", NULL },
    { "rsit:fraud=\"phishing\"", "fraud:phishing", NULL },
    { "RSIT:Fraud:Phishing", "fraud:phishing", NULL },
    { "scan", "information-gathering:scanner", NULL },
    { "Forged", "fraud:masquerade", NULL },
    { "Intrusion", "intrusions:system-compromise", NULL },
    { "Phishing", "fraud:phishing", NULL },
    { "ddos", "availability:ddos", NULL },
    { "Virus", "malicious-code:infected-system", NULL },
    { "Spam", "abusive-content:spam", NULL },
    { "APT", "intrusions:system-compromise", "apt" },
    { "フィッシングサイト", "fraud:phishing", NULL },
    { "Webサイト改ざん", "information-content-security:unauthorised-information-modification", NULL },
    { "マルウエアサイト", "malicious-code:malware-distribution", NULL },
    { "標的型攻撃", "intrusions:system-compromise", "targeted" },
    { "制御システム関連", "intrusions:system-compromise", "ics" },
    { "その他", "other:other", NULL },
    { "malicious-code:worm", "malicious-code:infected-system", NULL },
    { "malicious-code:c&c", "malicious-code:c2-server", NULL },
    { "fraud", NULL, NULL },
    { "fraud:", NULL, NULL },
    { "rsit:=\"\"", NULL, NULL },
    { "=\"", NULL, NULL },
    { "", NULL, NULL },
    { NULL, NULL, NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const char *tag = "?";
    g_assert_cmpstr (mado_taxonomy_read (rows[i].word, &tag), ==, rows[i].category);
    g_assert_cmpstr (tag, ==, rows[i].tag);
  }
}

static void
test_names (void)
{
  static const char *const apt[] = { "x", "apt", NULL }, *const ics[] = { "ics", NULL };
  MadoTaxonomyNames names = mado_taxonomy_names ("fraud:phishing", NULL);

  g_assert_cmpstr (names.guide, ==, "Phishing");
  g_assert_cmpstr (names.jpcert_ja, ==, "フィッシングサイト");
  names = mado_taxonomy_names ("intrusion-attempts:brute-force", NULL);
  g_assert_cmpstr (names.guide, ==, "Scan");
  g_assert_cmpstr (names.jpcert, ==, "Scan");
  names = mado_taxonomy_names ("intrusions:system-compromise", apt);
  g_assert_cmpstr (names.guide, ==, "APT");
  g_assert_cmpstr (names.jpcert, ==, "Targeted attack");
  names = mado_taxonomy_names ("availability:outage", ics);
  g_assert_null (names.guide);
  g_assert_cmpstr (names.jpcert_ja, ==, "制御システム関連");
  names = mado_taxonomy_names (NULL, apt);
  g_assert_null (names.guide);
  g_auto (GStrv) map = mado_taxonomy_map ("vulnerable:weak-crypto", NULL);
  g_assert_cmpuint (g_strv_length (map), ==, 4);
  g_assert_cmpstr (map[0], ==, "jpcert");
  g_assert_cmpstr (map[3], ==, "その他");
}

/* What a list calls a category is understood as that category again, or as one of its class. */
static void
test_round (void)
{
  static const char *const values[] = { "fraud:phishing", "availability:ddos", "abusive-content:spam", "fraud:masquerade",
                                        "information-gathering:scanner", "malicious-code:infected-system" };

  for (gsize i = 0; i < G_N_ELEMENTS (values); i++) {
    MadoTaxonomyNames names = mado_taxonomy_names (values[i], NULL);
    g_assert_cmpstr (mado_taxonomy_read (names.guide, NULL), ==, values[i]);
    g_assert_cmpstr (mado_taxonomy_read (names.guide_ja, NULL), ==, values[i]);
  }
}

/* What was decided goes there and back. */
static void
test_triage (void)
{
  g_autoptr (MadoTriage) triage = mado_triage_new ();
  MadoDecision *decision = mado_decision_new ();
  g_autoptr (GError) error = NULL;

  decision->field = g_strdup ("category");
  decision->value = g_strdup ("fraud:phishing");
  decision->is_current = TRUE;
  g_ptr_array_add (triage->decisions, decision);
  triage->category = g_strdup ("fraud:phishing");
  g_strfreev (triage->out_of_scope);
  triage->out_of_scope = g_strsplit ("ja|担当外です|en|Not ours", "|", -1);
  g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_triage_type, triage);
  g_autoptr (MadoTriage) back = mado_record_from_bytes (&mado_triage_type, bytes, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mado_triage_get (back->out_of_scope, "en"), ==, "Not ours");
  g_assert_null (mado_triage_get (back->out_of_scope, "Not ours"));
  g_assert_null (mado_triage_get (NULL, "en"));
  g_assert_cmpuint (back->decisions->len, ==, 1);
  g_assert_true (((MadoDecision *) back->decisions->pdata[0])->is_current);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/model/taxonomy/read", test_read);
  g_test_add_func ("/model/taxonomy/names", test_names);
  g_test_add_func ("/model/taxonomy/round", test_round);
  g_test_add_func ("/model/triage", test_triage);
  return g_test_run ();
}
