/* libxml2 is found, a function that it does not have is not, and tags with too much in them are seen. */
#include "madoguchi/base/markup.h"

#include <string.h>

static void
test_load (void)
{
  void (*found) (void) = NULL;
  const MadoMarkupSymbol known[] = { { "xmlStopParser", &found } }, unknown[] = { { "xmlDoWhatIMean", &found } };

  g_assert_false (mado_markup_load (unknown, 1));
  g_assert_null (found);
  g_assert_true (mado_markup_load (known, 1));
  g_assert_nonnull (found);
}

static gboolean
has_flood (const char *unit, guint times, const char *before, const char *after)
{
  g_autoptr (GString) text = g_string_new (before);

  for (guint i = 0; i < times; i++)
    g_string_append (text, unit);
  g_string_append (text, after);
  return mado_markup_has_flood (text->str, 10);
}

static void
test_flood (void)
{
  g_assert_false (has_flood (" a='b'", 10, "<x", ">"));
  g_assert_true (has_flood (" a='b'", 11, "<x", ">"));
  g_assert_true (has_flood ("/a", 11, "<x", ">"));
  g_assert_true (has_flood (" xmlns:a='b'", 11, "<_x", ">"));
  g_assert_true (has_flood ("a='b'", 12, "<\xc3\xa4 ", ">")); /* without blanks between them */
  g_assert_false (has_flood (" a='b'", 11, "", ""));
  g_assert_false (has_flood (" b", 50, "<x a='", "'>"));
  g_assert_false (has_flood ("<x a='b'>", 50, "", ""));
  g_assert_false (mado_markup_has_flood ("", 1));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/markup/load", test_load);
  g_test_add_func ("/base/markup/flood", test_flood);
  return g_test_run ();
}
