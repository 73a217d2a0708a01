/* test-base-base64.c: what the fast decoder takes, where it stops, and that it agrees with GLib's. */
#include "madoguchi/base/base64.h"

#include <string.h>

static void
check (const char *text, const char *wanted, gsize wanted_used)
{
  guint8 out[64];
  gsize used = 999, length = mado_base64_decode ((const guint8 *) text, strlen (text), out, &used);

  g_assert_cmpmem (out, length, wanted, strlen (wanted));
  g_assert_cmpuint (used, ==, wanted_used);
}

static void
test_stops (void)
{
  check ("", "", 0);
  check ("\r\n", "", 2);
  check ("SGVsbG8h", "Hello!", 8);
  check ("SGVs\r\nbG8h\n", "Hello!", 11);
  check ("SGVsbG8=", "Hel", 4);
  check ("SGVs\nbG8=\n", "Hel", 5);
  check ("SGVs=abc", "Hel", 4);
  check ("SGV", "", 0);
  check ("SG\nVs", "", 0); /* a line end inside a group */
  check ("SGVs bG8h", "Hel", 4);
  check ("SGVs-----END", "Hel", 4);
  check ("\x80\xff\xfe\xfd", "", 0);
}

static void
test_agrees (void)
{
  guint8 bytes[300], out[300];

  for (guint i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) (i * 7 + i / 5);
  for (gsize size = 0; size <= sizeof bytes; size += 3) {
    g_autofree char *text = g_base64_encode (bytes, size);
    gsize used, length = mado_base64_decode ((const guint8 *) text, strlen (text), out, &used);

    g_assert_cmpmem (out, length, bytes, size);
    g_assert_cmpuint (used, ==, strlen (text));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/base64/stops", test_stops);
  g_test_add_func ("/base/base64/agrees", test_agrees);
  return g_test_run ();
}
