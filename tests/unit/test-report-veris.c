/* A record of VERIS. */
#include "madoguchi/report/veris.h"

#include "json-fixture.h"

static void
test_incident (void)
{
  g_auto (MadoFormatOutput) output = { 0 }, other = { 0 };
  const MadoReportRecord *record;

  fixture_read ("{\"incident_id\":\"I\",\"schema_version\":\"1.4\",\"security_incident\":\"Confirmed\",\"summary\":\"Text\","
                "\"timeline\":{\"incident\":{\"year\":2016,\"month\":9,\"day\":17}},\"victim\":{\"victim_id\":\"victim.test\"},"
                "\"action\":{\"hacking\":{\"variety\":[\"DoS\"]},\"social\":{\"variety\":[\"Phishing\"]}}}", &output);
  record = fixture_record (&output, 0);
  g_assert_cmpuint (output.problems->len, ==, 0);
  g_assert_cmpstr (record->format, ==, "veris");
  g_assert_cmpstr (record->id, ==, "I");
  g_assert_cmpstr (record->version, ==, "1.4");
  g_assert_cmpstr (record->type, ==, "hacking, social");
  g_assert_cmpstr (record->category, ==, "fraud:phishing");
  g_assert_cmpstr (record->description, ==, "Text");
  g_assert_cmpint (record->started, ==, 1474070400);
  g_assert_cmpstr (fixture_field (record, "action.hacking.variety[0]"), ==, "DoS");
  g_assert_false (fixture_searches (&output, "victim.test"));
  fixture_read ("{\"schema_version\":\"1\",\"incident_id\":\"x\"}", &other);
  g_assert_cmpuint (other.records->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/veris/incident", test_incident);
  return g_test_run ();
}
