/* Events of MISP with all that they may carry. */
#include "madoguchi/report/misp.h"

#include "json-fixture.h"

#define ATTRIBUTE(type, value) "{\"type\":\"" type "\",\"category\":\"Network activity\",\"to_ids\":true,\"value\":\"" value "\"}"

static void
test_event (void)
{
  static const char text[] =
    "{\"Event\":{\"uuid\":\"U\",\"info\":\"Title\",\"date\":\"2023-11-14\",\"publish_timestamp\":\"1700000000\",\"threat_level_id\":\"1\","
    "\"Orgc\":{\"name\":\"Team\"},\"Org\":{\"name\":\"Other\"},\"Tag\":[{\"name\":\"tlp:amber\"},{\"name\":\"PAP:RED\"},{\"name\":\"rsit:availability=\\\"ddos\\\"\"}],"
    "\"Attribute\":[" ATTRIBUTE ("ip-dst|port", "203.0.113.5|443") "," ATTRIBUTE ("domain|ip", "c2.evil.test|203.0.113.6") ","
    ATTRIBUTE ("email-dst", "victim@example.com") "," ATTRIBUTE ("filename|md5", "a.com|d41d8cd98f00b204e9800998ecf8427e") ","
    ATTRIBUTE ("vulnerability", "CVE-2021-44228") "," ATTRIBUTE ("AS", "64500") "," ATTRIBUTE ("yara", "rule x { 203.0.113.99 }") ","
    "{\"type\":\"link\",\"category\":\"External analysis\",\"value\":\"https://news.test/1\"},"
    "{\"type\":\"ip-src\",\"value\":\"203.0.113.77\",\"deleted\":true},"
    "{\"type\":\"malware-sample\",\"category\":\"Payload delivery\",\"value\":\"b.exe|d41d8cd98f00b204e9800998ecf8427e\",\"data\":\"AAEC\"}],"
    "\"Object\":[{\"name\":\"file\",\"Attribute\":[" ATTRIBUTE ("sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709") "]}]}}";
  g_auto (MadoFormatOutput) output = { 0 };
  const MadoReportRecord *record;

  fixture_read (text, &output);
  record = fixture_record (&output, 0);
  g_assert_cmpuint (output.problems->len, ==, 0);
  g_assert_cmpstr (record->id, ==, "U");
  g_assert_cmpstr (record->type, ==, "event");
  g_assert_cmpstr (record->title, ==, "Title");
  g_assert_cmpstr (record->organization, ==, "Team");
  g_assert_cmpint (record->detected, ==, 1699920000);
  g_assert_cmpint (record->reported, ==, 1700000000);
  g_assert_cmpstr (record->tlp, ==, "TLP:AMBER");
  g_assert_cmpstr (record->category, ==, "availability:ddos");
  g_assert_cmpstr (record->sources[0], ==, "203.0.113.5");
  g_assert_cmpstr (record->sources[1], ==, "c2.evil.test");
  g_assert_cmpstr (record->sources[2], ==, "203.0.113.6");
  g_assert_null (record->sources[3]);
  g_assert_cmpstr (record->targets[0], ==, "victim@example.com");
  g_assert_cmpstr (record->references[0], ==, "CVE-2021-44228");
  g_assert_cmpstr (record->references[1], ==, "https://news.test/1");
  g_assert_cmpstr (fixture_field (record, "Attribute[0].ip-dst|port"), ==, "203.0.113.5|443");
  g_assert_cmpstr (fixture_field (record, "Attribute[9].data.size"), ==, "3");
  g_assert_cmpstr (fixture_field (record, "Object[0].Attribute[0].sha1"), ==, "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  g_assert_true (fixture_searches (&output, "PAP:RED"));
  g_assert_true (fixture_searches (&output, "AS64500"));
  g_assert_true (fixture_searches (&output, "d41d8cd98f00b204e9800998ecf8427e"));
  g_assert_false (fixture_searches (&output, "a.com"));
  g_assert_false (fixture_searches (&output, "https://news.test/1"));
  g_assert_false (fixture_searches (&output, "rule x { 203.0.113.99 }"));
}

static void
test_wrappers (void)
{
  static const struct {
    const char *text;
    guint records;
  } cases[] = {
    { "{\"response\":[{\"Event\":{\"info\":\"a\",\"Attribute\":[]}},{\"Event\":{\"info\":\"b\",\"Attribute\":[]}}]}", 2 },
    { "[{\"Event\":{\"info\":\"a\",\"threat_level_id\":\"4\"}}]", 1 },
    { ATTRIBUTE ("ip-src", "203.0.113.5"), 1 },
    { "{\"Attribute\":" ATTRIBUTE ("ip-src", "203.0.113.5") "}", 1 },
    { "{\"response\":{\"Attribute\":[" ATTRIBUTE ("ip-src", "203.0.113.5") "," ATTRIBUTE ("ip-src", "203.0.113.6") "]}}", 2 },
    { "{\"Event\":5}", 0 },
    { "{\"response\":{\"Event\":{}}}", 0 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (MadoFormatOutput) output = { 0 };
    fixture_read (cases[i].text, &output);
    if (output.records->len != cases[i].records)
      g_error ("%s: %u", cases[i].text, output.records->len);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/misp/event", test_event);
  g_test_add_func ("/report/misp/wrappers", test_wrappers);
  return g_test_run ();
}
