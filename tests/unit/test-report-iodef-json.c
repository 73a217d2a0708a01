/* IODEF as JSON: the example of RFC 8727, 4.1 in form, and a fuller one. */
#include "madoguchi/report/iodef-json.h"

#include "json-fixture.h"

static void
test_incident (void)
{
  static const char text[] =
    "{\"version\":\"2.0\",\"lang\":\"en\",\"Incident\":[{\"purpose\":\"reporting\",\"restriction\":\"amber\","
    "\"IncidentID\":{\"id\":\"492382\",\"name\":\"csirt.example.com\"},\"GenerationTime\":\"2015-07-18T09:00:00-05:00\","
    "\"DetectTime\":\"2015-07-18T08:00:00-05:00\",\"Description\":[\"First\",{\"value\":\"Second\",\"lang\":\"en\"}],"
    "\"Contact\":[{\"type\":\"organization\",\"role\":\"creator\",\"ContactName\":[\"Example Team\"],\"Email\":[{\"EmailTo\":\"contact@csirt.example.com\"}]}],"
    "\"Assessment\":[{\"SystemImpact\":[{\"type\":\"takeover-system\",\"completion\":\"succeeded\"}]}],"
    "\"Method\":[{\"Reference\":[{\"ReferenceName\":{\"specIndex\":1,\"ID\":\"CVE-2014-0001\"}}]}],"
    "\"EventData\":[{\"System\":[{\"category\":\"source\",\"Node\":{\"Address\":[{\"value\":\"203.0.113.5\",\"category\":\"ipv4-addr\"}]}},"
    "{\"category\":\"target\",\"Node\":{\"DomainData\":[{\"Name\":\"www.victim.test\"}]}}],"
    "\"Expectation\":[{\"action\":\"investigate\"}]}]}]}";
  g_auto (MadoFormatOutput) output = { 0 };
  const MadoReportRecord *record;

  fixture_read (text, &output);
  record = fixture_record (&output, 0);
  g_assert_cmpuint (output.problems->len, ==, 0);
  g_assert_cmpstr (record->format, ==, "iodef");
  g_assert_cmpstr (record->version, ==, "2.0");
  g_assert_cmpstr (record->id, ==, "492382");
  g_assert_cmpstr (output.external_ids->pdata[0], ==, "csirt.example.com#492382");
  g_assert_cmpstr (record->type, ==, "reporting");
  g_assert_cmpstr (record->tlp, ==, "TLP:AMBER");
  g_assert_cmpstr (record->organization, ==, "Example Team");
  g_assert_cmpstr (record->reporter->address, ==, "contact@csirt.example.com");
  g_assert_cmpint (record->reported, ==, 1437228000);
  g_assert_cmpint (record->detected, ==, 1437224400);
  g_assert_cmpstr (record->description, ==, "First\nSecond");
  g_assert_cmpstr (record->category, ==, "intrusions:system-compromise");
  g_assert_cmpstr (record->references[0], ==, "CVE-2014-0001");
  g_assert_cmpstr (record->sources[0], ==, "203.0.113.5");
  g_assert_cmpstr (record->targets[0], ==, "www.victim.test");
  g_assert_cmpstr (record->request, ==, "investigate");
  g_assert_cmpstr (fixture_field (record, "EventData.System.Node.Address"), ==, "203.0.113.5");
  g_assert_true (fixture_searches (&output, "203.0.113.5"));
  g_assert_false (fixture_searches (&output, "contact@csirt.example.com"));
}

static void
test_wrong (void)
{
  g_auto (MadoFormatOutput) none = { 0 }, bare = { 0 }, other = { 0 };

  fixture_read ("{\"version\":\"2.0\",\"Incident\":[]}", &none);
  g_assert_true (fixture_says (&none, "holds no incident"));
  fixture_read ("{\"version\":\"2.0\",\"Incident\":{\"purpose\":\"watch\"}}", &bare);
  g_assert_cmpstr (fixture_record (&bare, 0)->type, ==, "watch");
  g_assert_true (fixture_says (&bare, "no IncidentID"));
  fixture_read ("{\"Incident\":[{}]}", &other);
  g_assert_cmpuint (other.records->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/iodef-json/incident", test_incident);
  g_test_add_func ("/report/iodef-json/wrong", test_wrong);
  return g_test_run ();
}
