/* Names in a Web Key Directory, against what GnuPG computes and what the drafts print. */
#include "madoguchi/base/wkd.h"

static void
assert_letters (const char *bytes, gsize length, const char *letters)
{
  g_autofree char *text = mado_wkd_zbase32 ((const guint8 *) bytes, length);

  g_assert_cmpstr (text, ==, letters);
}

static void
test_zbase32 (void)
{
  assert_letters ("", 0, "");
  assert_letters ("\x00", 1, "yy");
  assert_letters ("\xf0\xbf\xc7", 3, "6n9hq"); /* an example of the encoding's author */
  assert_letters ("\xd4\x7a\x04", 3, "4t7ye"); /* another one */
  assert_letters ("\x10\x11\x10\x11\x10", 5, "nyetyreo");
  assert_letters ("\xff\xff\xff\xff\xff", 5, "99999999");
}

static void
assert_name (const char *address, const char *name)
{
  g_autofree char *found = mado_wkd_name (address);

  g_assert_cmpstr (found, ==, name);
}

static void
test_name (void)
{
  assert_name ("Joe.Doe@example.org", "iy9q119eutrkn8s1mk4r39qejnbu3n5q"); /* the draft's own example */
  assert_name ("Poc@csirt.example", "h9nqtpwxk9hrw7quoysqi7zrd6j4x9fy");   /* as gpg-wks-client prints it */
  assert_name ("poc@other.example", "h9nqtpwxk9hrw7quoysqi7zrd6j4x9fy");
  assert_name ("no-domain", NULL);
  assert_name ("@example.org", NULL);
  assert_name ("poc@", NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/wkd/zbase32", test_zbase32);
  g_test_add_func ("/base/wkd/name", test_name);
  return g_test_run ();
}
