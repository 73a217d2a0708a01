/* test-base-words.c: programs speak English until they ask for a language, and where there is no catalogue. */
#include "madoguchi/base/words.h"

#include <locale.h>
#include <string.h>

static const char *const marked[] = { N_ ("Write to FILE") };

static void
test_english (void)
{
  g_assert_cmpstr (_ ("Write to FILE"), ==, "Write to FILE");
  g_setenv ("LANGUAGE", "xx", TRUE);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  mado_words_init ();
  g_assert_cmpstr (_ (marked[0]), ==, "Write to FILE");
  g_assert_cmpstr (_ ("a sentence that nobody says"), ==, "a sentence that nobody says");
}

/* Where the reader's language writes numbers in another way, JSON must not. */
static void
test_numbers (void)
{
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  mado_words_init ();
  g_assert_cmpstr (setlocale (LC_NUMERIC, NULL), ==, "C");
  g_assert_cmpstr (setlocale (LC_CTYPE, NULL), ==, "C.UTF-8");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/words/english", test_english);
  g_test_add_func ("/base/words/numbers", test_numbers);
  return g_test_run ();
}
