/* Bundles, objects by themselves, and objects that point at each other. */
#include "madoguchi/report/stix.h"

#include "json-fixture.h"

#define ID(type, n) "\"type\":\"" type "\",\"spec_version\":\"2.1\",\"id\":\"" type "--00000000-0000-4000-8000-00000000000" n "\""

static void
test_bundle (void)
{
  static const char text[] =
    "{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":["
    "{" ID ("indicator", "1") ",\"pattern_type\":\"stix\",\"pattern\":\"[ipv4-addr:value = '203.0.113.5' OR file:name = 'evil.com']\"},"
    "{" ID ("identity", "2") ",\"name\":\"Team\",\"identity_class\":\"organization\",\"contact_information\":\"team@example.com\"},"
    "{" ID ("report", "3") ",\"name\":\"Title\",\"description\":\"Text\",\"published\":\"2023-11-14T22:13:20Z\","
    "\"created_by_ref\":\"identity--00000000-0000-4000-8000-000000000002\",\"labels\":[\"rsit:fraud=\\\"phishing\\\"\"],"
    "\"object_marking_refs\":[\"marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003\"]},"
    "{" ID ("vulnerability", "4") ",\"name\":\"CVE-2021-44228\",\"external_references\":[{\"source_name\":\"cve\",\"external_id\":\"CVE-2021-44228\"}]},"
    "{" ID ("ipv4-addr", "5") ",\"value\":\"203.0.113.6\"},{" ID ("ipv4-addr", "6") ",\"value\":\"203.0.113.7\"},"
    "{" ID ("network-traffic", "7") ",\"src_ref\":\"ipv4-addr--00000000-0000-4000-8000-000000000005\","
    "\"dst_ref\":\"ipv4-addr--00000000-0000-4000-8000-000000000006\"},"
    "{" ID ("autonomous-system", "8") ",\"number\":64500},"
    "{" ID ("artifact", "9") ",\"mime_type\":\"application/zip\",\"payload_bin\":\"AAEC\"},"
    "{\"type\":\"relationship\",\"relationship_type\":\"indicates\"},{\"type\":\"relationship\",\"relationship_type\":\"indicates\"}]}";
  g_auto (MadoFormatOutput) output = { 0 };
  const MadoReportRecord *record;

  fixture_read (text, &output);
  record = fixture_record (&output, 0);
  g_assert_cmpuint (output.problems->len, ==, 0);
  g_assert_cmpstr (record->id, ==, "bundle--1");
  g_assert_cmpstr (record->version, ==, "2.1");
  g_assert_cmpstr (record->type, ==, "report");
  g_assert_cmpstr (record->title, ==, "Title");
  g_assert_cmpstr (record->description, ==, "Text");
  g_assert_cmpstr (record->organization, ==, "Team");
  g_assert_cmpint (record->reported, ==, 1700000000);
  g_assert_cmpstr (record->category, ==, "fraud:phishing");
  g_assert_cmpstr (record->tlp, ==, "TLP:AMBER+STRICT");
  g_assert_cmpstr (record->sources[0], ==, "203.0.113.5");
  g_assert_cmpstr (record->sources[1], ==, "203.0.113.6");
  g_assert_cmpstr (record->targets[0], ==, "203.0.113.7");
  g_assert_cmpstr (record->references[0], ==, "CVE-2021-44228");
  g_assert_null (record->references[1]);
  g_assert_cmpstr (fixture_field (record, "relationship.indicates"), ==, "2");
  g_assert_cmpstr (fixture_field (record, "artifact[0].payload_bin.size"), ==, "3");
  g_assert_true (fixture_searches (&output, "203.0.113.5"));
  g_assert_true (fixture_searches (&output, "AS64500"));
  g_assert_false (fixture_searches (&output, "evil.com")); /* the name of a file */
  g_assert_false (fixture_searches (&output, "team@example.com"));
}

static void
test_marks (void)
{
  static const struct {
    const char *text, *tlp;
  } cases[] = {
    { "{" ID ("note", "1") ",\"object_marking_refs\":[\"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9\"]}", "TLP:CLEAR" },
    { "{" ID ("note", "1") ",\"granular_markings\":[{\"marking_ref\":\"marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed\"}]}", "TLP:RED" },
    { "{\"type\":\"bundle\",\"objects\":[{\"type\":\"marking-definition\",\"id\":\"m\",\"definition_type\":\"tlp\",\"definition\":{\"tlp\":\"green\"}}]}",
      "TLP:GREEN" },
    { "{\"type\":\"bundle\",\"objects\":[{\"type\":\"marking-definition\",\"id\":\"m\",\"extensions\":{\"x\":{\"tlp_2_0\":\"amber+strict\"}}}]}",
      "TLP:AMBER+STRICT" },
    { "{" ID ("note", "1") ",\"object_marking_refs\":[\"marking-definition--00000000-0000-4000-8000-000000000000\"]}", NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_auto (MadoFormatOutput) output = { 0 };
    fixture_read (cases[i].text, &output);
    g_assert_cmpstr (fixture_record (&output, 0)->tlp, ==, cases[i].tlp);
  }
}

static void
test_odd (void)
{
  g_auto (MadoFormatOutput) circle = { 0 }, empty = { 0 }, broken = { 0 }, odd = { 0 };

  fixture_read ("{\"type\":\"bundle\",\"objects\":[{" ID ("report", "1") ",\"created_by_ref\":\"report--00000000-0000-4000-8000-000000000001\","
                "\"object_marking_refs\":[\"report--00000000-0000-4000-8000-000000000001\"]}]}", &circle);
  g_assert_cmpuint (circle.records->len, ==, 1);
  fixture_read ("{\"type\":\"bundle\",\"objects\":[]}", &empty);
  g_assert_true (fixture_says (&empty, "holds no object"));
  fixture_read ("{" ID ("indicator", "1") ",\"pattern\":\"[ipv4-addr:value = '203.0.113.5\"}", &broken);
  g_assert_true (fixture_says (&broken, "1 of the STIX patterns cannot be read"));
  fixture_read ("{\"type\":\"bundle\",\"objects\":[1,null,[],\"x\",{},{\"type\":5},{\"type\":\"relationship\"}]}", &odd);
  g_assert_cmpuint (odd.records->len, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/stix/bundle", test_bundle);
  g_test_add_func ("/report/stix/marks", test_marks);
  g_test_add_func ("/report/stix/odd", test_odd);
  return g_test_run ();
}
