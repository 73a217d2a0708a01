/* Fingerprints and names of public keys, from their packets. The version 6 key is the sample of RFC 9580, A.3. */
#include "madoguchi/pgp/offered.h"

#include <glib.h>
#include <string.h>

#define BODY_4 "\x04\x00\x00\x00\x01\x16" "body"
#define KEY_4 "\xc6\x0a" BODY_4
#define NAME "\xcd\x07" "<a@b.c>"

static GPtrArray *
read_keys (const char *bytes, gsize size, guint max)
{
  GPtrArray *keys = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_offered_key_free);
  g_autofree guint8 *copy = g_memdup2 (bytes, size); /* so that a sanitizer sees a read beyond the end */

  mado_offered_read (copy, size, "attached", max, keys);
  return keys;
}

static const MadoOfferedKey *
get (GPtrArray *keys, guint n)
{
  return g_ptr_array_index (keys, n);
}

static void
test_version_4 (void)
{
  g_autoptr (GPtrArray) keys = read_keys (KEY_4 NAME, sizeof KEY_4 NAME - 1, 10);
  g_autofree char *sum = g_compute_checksum_for_data (G_CHECKSUM_SHA1, (const guchar *) "\x99\x00\x0a" BODY_4, 13);
  g_autofree char *upper = g_ascii_strup (sum, -1);

  g_assert_cmpuint (keys->len, ==, 1);
  g_assert_cmpstr (get (keys, 0)->fingerprint, ==, upper);
  g_assert_cmpstr (get (keys, 0)->source, ==, "attached");
  g_assert_cmpstr (get (keys, 0)->user_ids[0], ==, "<a@b.c>");
  g_assert_null (get (keys, 0)->user_ids[1]);
}

static void
test_version_6 (void)
{
  static const char armor[] = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n"
                              "xioGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laPCsQYf\n"
                              "-----END PGP PUBLIC KEY BLOCK-----\n";
  g_autoptr (GPtrArray) keys = read_keys (armor, sizeof armor - 1, 10);

  g_assert_cmpuint (keys->len, ==, 1);
  g_assert_cmpstr (get (keys, 0)->fingerprint, ==, "CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9");
}

static void
test_several (void)
{
  static const char twice[] = KEY_4 NAME "\xc6\x0a\x04\x00\x00\x00\x02\x16" "body\xcd\x04" "<\x1b\xff>" KEY_4 NAME;
  g_autoptr (GPtrArray) keys = read_keys (twice, sizeof twice - 1, 10);
  g_autoptr (GPtrArray) few = read_keys (twice, sizeof twice - 1, 1);

  g_assert_cmpuint (keys->len, ==, 2);
  g_assert_cmpstr (get (keys, 1)->user_ids[0], ==, "<\\x1b\xef\xbf\xbd>");
  g_assert_cmpuint (few->len, ==, 1);
}

static void
test_no_keys (void)
{
  static const struct {
    const char *bytes;
    gsize size;
  } cases[] = {
    { "", 0 }, { "hello", 5 }, { NAME, sizeof NAME - 1 }, { "\xc6\x0a\x04", 3 }, { "\xc6\x01\x04", 3 }, { "\xc6", 1 },
    { "\xc6\x06\x03xxxxx", 8 },              /* version 3 */
    { "\xc6\xff\xff\xff\xff\xff\x04", 7 },   /* longer than there is */
    { "\xc6\xe2\x04xxxxxxxxxx", 13 },        /* in chunks, which no key may be */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GPtrArray) keys = read_keys (cases[i].bytes, cases[i].size, 10);
    g_assert_cmpuint (keys->len, ==, 0);
  }
}

static void
test_many_names (void)
{
  g_autoptr (GString) bytes = g_string_new_len (KEY_4, sizeof KEY_4 - 1);
  g_autoptr (GPtrArray) keys = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append_len (bytes, NAME, sizeof NAME - 1);
  keys = read_keys (bytes->str, bytes->len, 10);
  g_assert_cmpuint (g_strv_length (get (keys, 0)->user_ids), ==, 20);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pgp/offered/version-4", test_version_4);
  g_test_add_func ("/pgp/offered/version-6", test_version_6);
  g_test_add_func ("/pgp/offered/several", test_several);
  g_test_add_func ("/pgp/offered/no-keys", test_no_keys);
  g_test_add_func ("/pgp/offered/many-names", test_many_names);
  return g_test_run ();
}
