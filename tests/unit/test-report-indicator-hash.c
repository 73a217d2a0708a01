/* Digests by length. */
#include "madoguchi/report/indicator-hash.h"

#include <string.h>

static const char *
type_of (const char *text)
{
  return mado_digest_type (text, strlen (text));
}

static void
test_types (void)
{
  const char *md5 = "9e107d9d372bb6826bd81d3542a419d6";
  g_autofree char *sha256 = g_strconcat (md5, md5, NULL), *sha512 = g_strconcat (sha256, sha256, NULL);

  g_assert_cmpstr (type_of (md5), ==, "md5");
  g_assert_cmpstr (type_of ("2FD4E1C67A2D28FCED849EE1BB76E7391B93EB12"), ==, "sha1");
  g_assert_cmpstr (type_of (sha256), ==, "sha256");
  g_assert_cmpstr (type_of (sha512), ==, "sha512");
  g_assert_null (type_of (md5 + 1));
  g_assert_null (type_of ("9e107d9d372bb6826bd81d3542a419dg"));
  g_assert_null (type_of ("00000000000000000000000000000000"));
  g_assert_null (type_of ("12345678901234567890123456789012"));
  g_assert_null (type_of (""));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/hash/types", test_types);
  return g_test_run ();
}
