/* test-desk-seek-rule.c: whose key may be looked for. */
#include "madoguchi/desk/seek-rule.h"

static const char *const team[] = { "csirt@example.org", NULL };
static const char *const except[] = { "partner.example", "bob@plain.example", NULL };
static const char *const marks[] = { "PAP:RED", "TLP:AMBER+STRICT", NULL };

static MadoDeskSettings
make_settings (void)
{
  return (MadoDeskSettings){ .team = team, .looks_up = TRUE, .look_up_except = except, .look_up_not_for = marks };
}

static void
test_addresses (void)
{
  static const struct {
    const char *address;
    gboolean is_allowed;
  } rows[] = {
    { "alice@reporter.example", TRUE },   { "csirt@example.org", FALSE },         { "CSIRT+abc@Example.ORG", FALSE },
    { "x@partner.example", FALSE },       { "x@Mail.Partner.example", FALSE },    { "x@notpartner.example", TRUE },
    { "x@partner.example.net", TRUE },    { "Bob@plain.example", FALSE },         { "alice@plain.example", TRUE },
    { "alice", FALSE },                   { NULL, FALSE },
  };
  MadoDeskSettings settings = make_settings (), off = make_settings ();

  off.looks_up = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    if (mado_seek_rule_allows (&settings, rows[i].address) != rows[i].is_allowed)
      g_error ("%s", rows[i].address);
    g_assert_false (mado_seek_rule_allows (&off, rows[i].address));
  }
}

static void
test_marks (void)
{
  static const struct {
    const char *tlp, *pap;
    gboolean is_allowed;
  } rows[] = {
    { NULL, NULL, TRUE },         { "TLP:RED", NULL, FALSE },         { "TLP:AMBER+STRICT", NULL, FALSE }, { "TLP:AMBER", NULL, TRUE },
    { NULL, "PAP:RED", FALSE },   { NULL, "PAP:AMBER", TRUE },        { "TLP:GREEN", "PAP:RED", FALSE },
    { "TLP:CLEAR", "PAP:CLEAR", TRUE },
  };
  MadoDeskSettings settings = make_settings ();

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (MadoReport) report = mado_report_new ();

    report->report = mado_report_body_new ();
    report->report->tlp = g_strdup (rows[i].tlp);
    report->report->pap = g_strdup (rows[i].pap);
    if (mado_seek_rule_allows_for (&settings, report, "alice@reporter.example") != rows[i].is_allowed)
      g_error ("%s %s", rows[i].tlp, rows[i].pap);
    g_assert_false (mado_seek_rule_allows_for (&settings, report, "bob@plain.example"));
    report->undecryptable = mado_undecryptable_new ();
    g_assert_false (mado_seek_rule_allows_for (&settings, report, "alice@reporter.example"));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/seek-rule/addresses", test_addresses);
  g_test_add_func ("/desk/seek-rule/marks", test_marks);
  return g_test_run ();
}
