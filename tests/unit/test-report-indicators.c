/* The indicators of a report: from its subject, its texts and its fields, under the settings. */
#include "madoguchi/report/indicators.h"

#include <string.h>

static MadoConf *
conf_new (const char *text)
{
  g_autoptr (GError) error = NULL;
  MadoConf *conf = mado_conf_parse (text, "t.conf", &error);

  g_assert_no_error (error);
  return conf;
}

static MadoReport *
read_report (const char *settings, const char *text)
{
  g_autoptr (MadoConf) conf = conf_new (settings);
  g_autoptr (GPtrArray) stretches = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_stretch_free);
  MadoReport *report = mado_report_new ();
  MadoStretch *stretch = mado_stretch_new (), *header = mado_stretch_new (), *field = mado_stretch_new ();

  report->subject = g_strdup ("Abuse from 45.33.32.156");
  report->subject_source = g_strdup ("outer");
  report->signature = MADO_SIGNATURE_GOOD;
  report->from = mado_mailbox_new ();
  report->from->address = g_strdup ("alice@reporter.net");
  report->report = mado_report_body_new ();
  field->part = g_strdup ("field source-ip");
  field->text = g_strdup ("8.8.4.4");
  stretch->part = g_strdup ("1");
  stretch->text = g_strdup (text);
  stretch->is_signed = TRUE;
  header->part = g_strdup ("header X-OTRS-Ticket");
  header->text = g_strdup ("9.9.9.9");
  g_ptr_array_add (stretches, header);
  g_ptr_array_add (stretches, field);
  g_ptr_array_add (stretches, stretch);
  mado_indicators_read (report, stretches, conf);
  return report;
}

static const MadoIndicator *
get (const MadoReport *report, guint n)
{
  g_assert_cmpuint (n, <, report->indicators->len);
  return g_ptr_array_index (report->indicators, n);
}

static void
test_places (void)
{
  g_autoptr (MadoReport) report = read_report ("[team]\naddress = csirt@team.org\n", "45.33.32.156 alice@reporter.net csirt@team.org");

  g_assert_cmpuint (report->indicators->len, ==, 3);
  g_assert_cmpstr (get (report, 0)->part, ==, "subject");
  g_assert_false (get (report, 0)->is_signed); /* what stands outside is nobody's word */
  g_assert_cmpint (get (report, 0)->offset, ==, (gint64) strlen ("Abuse from "));
  g_assert_cmpstr (get (report, 1)->part, ==, "field source-ip");
  g_assert_cmpstr (get (report, 2)->part, ==, "1");
  g_assert_true (get (report, 2)->is_signed);
  g_assert_null (report->problems[0]);
}

static void
test_settings (void)
{
  g_autoptr (MadoReport) few = read_report ("[indicators]\nmax = 2\n", "1.1.1.1 1.1.1.2");
  g_autoptr (MadoReport) plain = read_report ("", "192.0.2.1");
  g_autoptr (MadoReport) drill = read_report ("[indicators]\nexamples = yes\n", "192.0.2.1");
  g_autoptr (MadoReport) ignoring = read_report ("[indicators]\nignore = 45.33.0.0/16; 8.8.4.4; good.org\n", "www.good.org bad.org");

  g_assert_cmpuint (few->indicators->len, ==, 2);
  g_assert_nonnull (few->problems[0]);
  g_assert_cmpuint (plain->indicators->len, ==, 2);
  g_assert_cmpuint (drill->indicators->len, ==, 3);
  g_assert_cmpstr (get (drill, 2)->flags[0], ==, "example");
  g_assert_cmpuint (ignoring->indicators->len, ==, 1);
  g_assert_cmpstr (get (ignoring, 0)->value, ==, "bad.org");
}

static void
test_keys (void)
{
  g_autoptr (MadoReport) report = read_report ("[team]\nkey = 2FD4E1C67A2D28FCED849EE1BB76E7391B93EB12\n",
                                               "2fd4e1c67a2d28fced849ee1bb76e7391b93eb12 de9f2c7fd25e1b3afad3e85a0bd17d9b100db4b3");

  g_assert_cmpuint (report->indicators->len, ==, 3);
  g_assert_cmpstr (get (report, 2)->value, ==, "de9f2c7fd25e1b3afad3e85a0bd17d9b100db4b3");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/indicators/places", test_places);
  g_test_add_func ("/report/indicators/settings", test_settings);
  g_test_add_func ("/report/indicators/keys", test_keys);
  return g_test_run ();
}
