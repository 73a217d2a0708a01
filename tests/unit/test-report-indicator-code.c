/* Names that lists give, and what only looks like one. */
#include "madoguchi/report/indicator-code.h"

#include <string.h>

static void
check (const char *text, const char *type, const char *value, gsize length)
{
  const char *found = NULL;
  g_autofree char *got = NULL;

  g_assert_cmpuint (mado_code_read (text, strlen (text), &found, &got), ==, length);
  g_assert_cmpstr (found, ==, type);
  g_assert_cmpstr (got, ==, value);
}

static void
test_good (void)
{
  check ("CVE-2021-44228)", "cve", "CVE-2021-44228", 14);
  check ("cve-1999-0001", "cve", "CVE-1999-0001", 13);
  check ("CVE 2021-44228", "cve", "CVE-2021-44228", 14);
  check ("CWE-79", "cwe", "CWE-79", 6);
  check ("GHSA-jfh8-c2jp-5v3q", "ghsa", "GHSA-jfh8-c2jp-5v3q", 19);
  check ("JVN#12345678", "jvn", "JVN#12345678", 12);
  check ("JVNVU#98765432", "jvn", "JVNVU#98765432", 14);
  check ("JVNDB-2021-001234", "jvndb", "JVNDB-2021-001234", 17);
  check ("VU#843464 ", "vu", "VU#843464", 9);
  check ("AS15169", "asn", "AS15169", 7);
  check ("ASN3462", "asn", "AS3462", 7);
  check ("ASN 3462", "asn", "AS3462", 8);
  check ("AS 64500", "asn", "AS64500", 8);
  check ("AS4294967295", "asn", "AS4294967295", 12);
}

static void
test_bad (void)
{
  static const char *const rows[] = { "CVE-2021-123", "CVE-21-44228", "CVE-2021-44228x", "CVE-2021-12345678901234567890", "CWE-", "CWE-x",
                                      "GHSA-jfh8-c2jp-5v3", "GHSA-jfh8-c2jp-5v31", "GHSA-aeio-c2jp-5v3q", "JVN#1234567", "JVN#123456789",
                                      "JVNDB-2021-12", "VU#12", "AS400", "AS2", "AS 10", "as 64500", "AS4294967296", "AS0", "ASSET", "AS1x",
                                      "AS1.2", "", "A", "X" };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    check (rows[i], NULL, NULL, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/code/good", test_good);
  g_test_add_func ("/report/code/bad", test_bad);
  return g_test_run ();
}
