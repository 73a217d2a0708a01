/* XARF of both generations, right and wrong. */
#include "madoguchi/report/xarf.h"

#include "json-fixture.h"

#define REPORTER "\"ReporterInfo\":{\"ReporterOrg\":\"Example\",\"ReporterOrgDomain\":\"example.com\",\"ReporterOrgEmail\":\"r@example.com\"},\"Disclosure\":true"

static void
test_old (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  const MadoReportRecord *record;

  fixture_read ("{\"Version\":\"3\"," REPORTER ",\"Report\":{\"ReportClass\":\"Activity\",\"ReportType\":\"DOS\",\"ReporterCaseID\":\"C-1\","
                "\"Date\":\"2018-02-05T14:17:10Z\",\"SourceIp\":\"192.0.2.55\",\"DestinationIp\":\"198.51.100.33\","
                "\"Samples\":[{\"ContentType\":\"text/plain\",\"Base64Encoded\":true,\"Payload\":\"YWJj\"}]}}", &output);
  record = fixture_record (&output, 0);
  g_assert_cmpuint (output.problems->len, ==, 0);
  g_assert_cmpstr (record->format, ==, "xarf");
  g_assert_cmpstr (record->version, ==, "3");
  g_assert_cmpstr (record->id, ==, "C-1");
  g_assert_cmpstr (output.external_ids->pdata[0], ==, "example.com#C-1");
  g_assert_cmpstr (record->type, ==, "Activity/DOS");
  g_assert_cmpstr (record->category, ==, "availability:dos");
  g_assert_cmpstr (record->organization, ==, "Example");
  g_assert_cmpstr (record->reporter->address, ==, "r@example.com");
  g_assert_cmpint (record->detected, ==, 1517840230);
  g_assert_cmpint (record->started, ==, 1517840230);
  g_assert_cmpstr (record->sources[0], ==, "192.0.2.55");
  g_assert_cmpstr (record->targets[0], ==, "198.51.100.33");
  g_assert_cmpstr (fixture_field (record, "Report.Samples[0].Payload.size"), ==, "3");
  g_assert_null (fixture_field (record, "Report.Samples[0].Payload"));
  g_assert_false (fixture_searches (&output, "example.com")); /* the reporter's own */
}

static void
test_new (void)
{
  g_auto (MadoFormatOutput) output = { 0 };
  const MadoReportRecord *record;

  fixture_read ("{\"xarf_version\":\"4.0.0\",\"legacy_version\":\"3\",\"report_id\":\"7fed2742-0e7c-4150-8839-69c511b6f861\","
                "\"timestamp\":\"2025-01-11T20:30:15Z\",\"reporter\":{\"org\":\"R\",\"contact\":\"r@example.com\",\"domain\":\"example.com\"},"
                "\"sender\":{\"org\":\"S\",\"contact\":\"s@example.net\",\"domain\":\"example.net\"},\"source_identifier\":\"192.0.2.7\","
                "\"category\":\"connection\",\"type\":\"login_attack\",\"destination_ip\":\"198.51.100.1\",\"first_seen\":\"2025-01-11T20:00:00Z\","
                "\"evidence\":[{\"content_type\":\"text/plain\",\"payload\":\"YQ==\"}]}", &output);
  record = fixture_record (&output, 0);
  g_assert_cmpuint (output.problems->len, ==, 0);
  g_assert_cmpstr (record->version, ==, "4.0.0");
  g_assert_cmpstr (record->type, ==, "connection/login_attack");
  g_assert_cmpstr (record->category, ==, "intrusion-attempts:brute-force");
  g_assert_cmpstr (record->reporter->address, ==, "r@example.com");
  g_assert_cmpstr (record->sources[0], ==, "192.0.2.7");
  g_assert_cmpstr (record->targets[0], ==, "198.51.100.1");
  g_assert_cmpint (record->started, ==, 1736625600);
  g_assert_cmpstr (fixture_field (record, "legacy_version"), ==, "3");
  g_assert_cmpstr (fixture_field (record, "evidence[0].payload.size"), ==, "1");
}

static void
test_wrong (void)
{
  static const struct {
    const char *text, *problem;
  } cases[] = {
    { "{\"Version\":\"3\"}", "the document lacks ReporterInfo" },
    { "{\"Version\":\"3\"," REPORTER "}", "the document lacks Report" },
    { "{\"Version\":\"9\"," REPORTER ",\"Report\":{}}", "Report lacks ReportClass" },
    { "{\"Version\":\"3\"," REPORTER ",\"Report\":{\"ReportClass\":\"Activity\",\"ReportType\":\"Gardening\",\"SourceIp\":\"192.0.2.1\","
      "\"Date\":\"2018-02-05T14:17:10Z\"}}", "no known pair" },
    { "{\"Version\":\"3\"," REPORTER ",\"Report\":{\"ReportClass\":\"Activity\",\"ReportType\":\"DOS\",\"SourceIp\":\"nowhere\","
      "\"Date\":\"2018-02-05T14:17:10Z\"}}", "Report.SourceIp is no IP address" },
    { "{\"xarf_version\":\"4.0.0\",\"category\":\"gossip\",\"type\":\"x\"}", "the document lacks report_id" },
    { "{\"xarf_version\":4}", "and " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (MadoFormatOutput) output = { 0 };
    fixture_read (cases[i].text, &output);
    fixture_record (&output, 0); /* it is a report all the same */
    if (!fixture_says (&output, cases[i].problem))
      g_error ("%s: %s", cases[i].text, (const char *) output.problems->pdata[0]);
  }
}

/* What is no number is none: it would stand in subjects. */
static void
test_numbers (void)
{
  static const char *const numbers[] = { "a\\nb", "a b", "[a]", "", "a]" };

  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++) {
    g_autofree char *text = g_strdup_printf ("{" REPORTER ",\"Report\":{\"ReporterCaseID\":\"%s\"}}", numbers[i]);
    g_auto (MadoFormatOutput) output = { 0 };
    fixture_read (text, &output);
    g_assert_cmpuint (output.external_ids->len, ==, 0);
  }
}

/* The class decides, where a type is in several. */
static void
test_classes (void)
{
  static const struct {
    const char *class, *type, *category;
    gboolean is_known;
  } cases[] = {
    { "Activity", "Malware", "malicious-code:infected-system", TRUE },
    { "Content", "Malware", "malicious-code:malware-distribution", TRUE },
    { "connection", "Port-Scan", "information-gathering:scanner", TRUE },
    { "Content", "Trademark", NULL, TRUE },
    { "Vulnerability", "DOS", "availability:dos", FALSE },
    { "Network", "phishing", "fraud:phishing", FALSE },
    { "Content", "Gardening", NULL, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *text = g_strdup_printf ("{\"Report\":{\"ReportClass\":\"%s\",\"ReportType\":\"%s\"}}", cases[i].class, cases[i].type);
    g_auto (MadoFormatOutput) output = { 0 };
    fixture_read (text, &output);
    g_assert_cmpstr (fixture_record (&output, 0)->category, ==, cases[i].category);
    g_assert_cmpint (fixture_says (&output, "no known pair"), ==, !cases[i].is_known);
  }
}

static void
test_many (void)
{
  g_auto (MadoFormatOutput) output = { 0 }, other = { 0 };

  fixture_read ("[{\"Version\":\"3\"},{\"Version\":\"3\"}]\n{\"Version\":\"3\"}", &output);
  g_assert_cmpuint (output.records->len, ==, 3);
  fixture_read ("{\"Version\":\"3\",\"Menu\":[]}", &other);
  g_assert_cmpuint (other.records->len, ==, 0);
  g_assert_true (fixture_says (&other, "no format that is read"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/xarf/old", test_old);
  g_test_add_func ("/report/xarf/new", test_new);
  g_test_add_func ("/report/xarf/wrong", test_wrong);
  g_test_add_func ("/report/xarf/numbers", test_numbers);
  g_test_add_func ("/report/xarf/classes", test_classes);
  g_test_add_func ("/report/xarf/many", test_many);
  return g_test_run ();
}
