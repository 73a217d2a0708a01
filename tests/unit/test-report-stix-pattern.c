/* What stands in STIX patterns, and nothing of what they would do. */
#include "madoguchi/report/stix-pattern.h"

#include <string.h>

static void
take (const char *path, const char *value, gpointer data)
{
  g_string_append_printf (data, "%s=%s;", path, value);
}

static void
expect (const char *pattern, const char *wanted, gboolean is_whole)
{
  g_autoptr (GString) found = g_string_new (NULL);

  if (mado_stix_pattern_read (pattern, take, found) != is_whole)
    g_error ("%s", pattern);
  g_assert_cmpstr (found->str, ==, wanted);
}

static void
test_values (void)
{
  expect ("[ipv4-addr:value = '198.51.100.1/32']", "ipv4-addr:value=198.51.100.1/32;", TRUE);
  expect ("[ipv4-addr:value=='198.51.100.1']", "ipv4-addr:value=198.51.100.1;", TRUE);
  expect ("[domain-name:value = 'a.test' OR ipv4-addr:value IN ('192.0.2.1', '192.0.2.2')]",
          "domain-name:value=a.test;ipv4-addr:value=192.0.2.1;ipv4-addr:value=192.0.2.2;", TRUE);
  expect ("[file:hashes.'SHA-256' = 'ab' AND file:hashes.MD5 = 'cd']", "file:hashes.'SHA-256'=ab;file:hashes.MD5=cd;", TRUE);
  expect ("([a:b = 'x'] AND [c:d = 'y']) FOLLOWEDBY [e:f = 'z'] WITHIN 5 MINUTES REPEATS 3 TIMES", "a:b=x;c:d=y;e:f=z;", TRUE);
  expect ("[a:b = 'x'] START t'2016-01-01T00:00:00Z' STOP t'2017-01-01T00:00:00Z'", "a:b=x;", TRUE);
  expect ("[email-message:body_multipart[*].body_raw_ref.name = 'it\\'s \\\\ here']", "email-message:body_multipart[*].body_raw_ref.name=it's \\ here;", TRUE);
  expect ("[autonomous-system:number = 64496]", "autonomous-system:number=64496;", TRUE);
  expect ("[ipv4-addr:value ISSUBSET '198.51.100.0/24']", "ipv4-addr:value=198.51.100.0/24;", TRUE);
}

static void
test_others (void)
{
  expect ("[ipv4-addr:value != '198.51.100.1']", "", TRUE);
  expect ("[ipv4-addr:value NOT = '198.51.100.1']", "", TRUE);
  expect ("[ipv4-addr:value NOT IN ('198.51.100.1','198.51.100.2')]", "", TRUE);
  expect ("[url:value LIKE 'http://%']", "", TRUE);
  expect ("[file:name MATCHES '^a.*$' AND file:size > 5 AND file:size <= 9]", "", TRUE);
  expect ("[a:b NOT = 'x' OR c:d = 'y']", "c:d=y;", TRUE);
}

static void
test_broken (void)
{
  static const char *const patterns[] = { "", "[", "[a:b = 'x", "[a:b = 'x'", "a", "[a:b[* = 1]", "[a:'b = 1]", "[a:b = {}]", "rule x { }", "'" };

  for (gsize i = 0; i < G_N_ELEMENTS (patterns); i++) {
    g_autoptr (GString) found = g_string_new (NULL);
    if (mado_stix_pattern_read (patterns[i], take, found))
      g_error ("%s", patterns[i]);
  }
}

static void
test_many (void)
{
  g_autoptr (GString) pattern = g_string_new ("[a:b IN ("), found = g_string_new (NULL);

  for (guint i = 0; i < 3 * MADO_STIX_VALUES_MAX; i++)
    g_string_append (pattern, "'x',");
  g_string_append (pattern, "'x')]");
  g_assert_false (mado_stix_pattern_read (pattern->str, take, found));
  g_assert_cmpuint (found->len, ==, MADO_STIX_VALUES_MAX * strlen ("a:b=x;"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/stix-pattern/values", test_values);
  g_test_add_func ("/report/stix-pattern/others", test_others);
  g_test_add_func ("/report/stix-pattern/broken", test_broken);
  g_test_add_func ("/report/stix-pattern/many", test_many);
  return g_test_run ();
}
