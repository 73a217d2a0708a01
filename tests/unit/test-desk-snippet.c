/* test-desk-snippet.c: a snippet is one line of whole characters, bounded, with what was looked for in it. */
#include "madoguchi/desk/snippet.h"

#include <string.h>

static void
test_short (void)
{
  g_autofree char *whole = mado_snippet_make ("one\r\n two\tthree", 5, 8, 100);
  g_autofree char *empty = mado_snippet_make ("", 0, 0, 10);
  g_autofree char *bell = mado_snippet_make ("a\x1b[31mb\xff", 0, 1, 100);

  g_assert_cmpstr (whole, ==, "one two three");
  g_assert_cmpstr (empty, ==, "");
  g_assert_cmpstr (bell, ==, "a [31mb\xef\xbf\xbd");
}

static void
test_cut (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 200; i++)
    g_string_append (text, "窓口");
  g_string_append (text, "HERE");
  for (guint i = 0; i < 200; i++)
    g_string_append (text, "窓口");
  gsize at = (gsize) (strstr (text->str, "HERE") - text->str);
  for (gsize max = 10; max < 60; max++) {
    g_autofree char *cut = mado_snippet_make (text->str, at, at + 4, max);
    g_assert_true (g_utf8_validate (cut, -1, NULL));
    g_assert_nonnull (strstr (cut, "HERE"));
    g_assert_cmpuint (strlen (cut), <=, max + 6);
    g_assert_true (g_str_has_prefix (cut, "...") && g_str_has_suffix (cut, "..."));
  }
  g_autofree char *first = mado_snippet_make (text->str, 0, 6, 20), *last = mado_snippet_make (text->str, text->len - 6, text->len, 20);
  g_assert_true (g_str_has_prefix (first, "窓口"));
  g_assert_true (g_str_has_suffix (last, "窓口"));
  g_autofree char *longer = mado_snippet_make (text->str, 0, text->len, 30); /* what was looked for is longer than the snippet */
  g_assert_cmpuint (strlen (longer), <=, 33);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/desk/snippet/short", test_short);
  g_test_add_func ("/desk/snippet/cut", test_cut);
  return g_test_run ();
}
