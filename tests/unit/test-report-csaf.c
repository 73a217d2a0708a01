/* A security advisory. */
#include "madoguchi/report/csaf.h"

#include "json-fixture.h"

static void
test_advisory (void)
{
  static const char text[] =
    "{\"document\":{\"category\":\"csaf_security_advisory\",\"csaf_version\":\"2.0\",\"title\":\"Advisory\","
    "\"publisher\":{\"category\":\"vendor\",\"name\":\"Vendor\",\"namespace\":\"https://vendor.test\"},"
    "\"distribution\":{\"tlp\":{\"label\":\"WHITE\",\"url\":\"https://www.first.org/tlp/\"}},"
    "\"notes\":[{\"category\":\"general\",\"text\":\"No\"},{\"category\":\"summary\",\"text\":\"What it is\"}],"
    "\"references\":[{\"category\":\"self\",\"url\":\"https://vendor.test/a.json\",\"summary\":\"s\"}],"
    "\"tracking\":{\"id\":\"VSA-2023-1\",\"aliases\":[\"JVN#12345678\"],\"initial_release_date\":\"2023-11-14T22:13:20Z\",\"status\":\"final\"}},"
    "\"product_tree\":{\"branches\":[{\"name\":\"Thing\"}]},"
    "\"vulnerabilities\":[{\"cve\":\"CVE-2023-1234\",\"cwe\":{\"id\":\"CWE-79\"},\"product_status\":{\"fixed\":[\"P\"]},"
    "\"scores\":[{\"products\":[\"P\"],\"cvss_v3\":{\"baseScore\":9.8}}]},{\"cve\":\"CVE-2023-1235\"}]}";
  g_auto (MadoFormatOutput) output = { 0 };
  const MadoReportRecord *record;

  fixture_read (text, &output);
  record = fixture_record (&output, 0);
  g_assert_cmpuint (output.problems->len, ==, 0);
  g_assert_cmpstr (record->format, ==, "csaf");
  g_assert_cmpstr (record->version, ==, "2.0");
  g_assert_cmpstr (record->id, ==, "VSA-2023-1");
  g_assert_cmpstr (record->type, ==, "csaf_security_advisory");
  g_assert_cmpstr (record->title, ==, "Advisory");
  g_assert_cmpstr (record->description, ==, "What it is");
  g_assert_cmpstr (record->organization, ==, "Vendor");
  g_assert_cmpstr (record->tlp, ==, "TLP:CLEAR");
  g_assert_cmpint (record->reported, ==, 1700000000);
  g_assert_null (record->category);
  g_assert_cmpuint (g_strv_length (record->references), ==, 5);
  g_assert_true (g_strv_contains ((const char *const *) record->references, "CVE-2023-1235"));
  g_assert_true (g_strv_contains ((const char *const *) record->references, "JVN#12345678"));
  g_assert_true (g_strv_contains ((const char *const *) record->references, "VSA-2023-1"));
  g_assert_cmpstr (fixture_field (record, "vulnerabilities[0].scores[0].cvss_v3.baseScore"), ==, "9.8");
  g_assert_null (fixture_field (record, "product_tree.branches[0].name"));
  g_assert_true (fixture_searches (&output, "CVE-2023-1234"));
  g_assert_false (fixture_searches (&output, "https://vendor.test"));
}

static void
test_wrong (void)
{
  g_auto (MadoFormatOutput) output = { 0 }, other = { 0 };

  fixture_read ("{\"document\":{\"csaf_version\":\"2.0\"}}", &output);
  g_assert_cmpuint (output.records->len, ==, 1);
  g_assert_true (fixture_says (&output, "no tracking id"));
  fixture_read ("{\"document\":{\"title\":\"a letter\"}}", &other);
  g_assert_cmpuint (other.records->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/csaf/advisory", test_advisory);
  g_test_add_func ("/report/csaf/wrong", test_wrong);
  return g_test_run ();
}
