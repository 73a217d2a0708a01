/* test-base-words.c: programs speak English until they ask for a language, and where there is no catalogue. */
#include "base-catalogue.h"

#include "madoguchi/base/words.h"

#include <glib/gstdio.h>
#include <libintl.h>
#include <locale.h>

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

/* A catalogue of @count pairs below @directory, for the language "xx". */
static void
write_catalogue (const char *directory, const char *const (*pairs)[2], guint count)
{
  g_autoptr (GBytes) file = make_catalogue (pairs, count);
  g_autofree char *messages = g_build_filename (directory, "xx", "LC_MESSAGES", NULL);
  g_autofree char *path = g_build_filename (messages, "madoguchi.mo", NULL);

  g_assert_cmpint (g_mkdir_with_parents (messages, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, g_bytes_get_data (file, NULL), (gssize) g_bytes_get_size (file), NULL));
}

/* A sentence is known again by what is its own in it; its values go where the translation wants them. */
static void
test_translate (void)
{
  static const char *const pairs[][2] = { /* gettext looks them up in order */
    { "%s expires in %ld days, on %s", "%3$s: <%1$s> (%2$d)" },
    { "%s is not in the keyring", "%s missing" },
    { "%s is not in the keyring: %s", "%s missing; %s" },
    { "%s: %s", "never" },
    { "Write to FILE", "WRITE" },
    { "encryption subkey %s of %s", "sub %s/%s" },
    { "nothing was done", "NOTHING" },
    { "team key %s", "OUR %s" },
  };
  static const char *const texts[][2] = {
    { "Write to FILE", "WRITE" },
    { "AB is not in the keyring", "AB missing" },
    { "AB is not in the keyring: team key CD", "AB missing; OUR CD" },
    { "show: 12: nothing was done", "show: 12: NOTHING" },
    { "encryption subkey AB of team key CD expires in -3 days, on 2026-11-21", "2026-11-21: <sub AB/OUR CD> (-3)" },
    { "encryption subkey AB expires in x days, on 2026-11-21", "encryption subkey AB expires in x days, on 2026-11-21" },
    { "a stranger's: words", "a stranger's: words" },
    { "%s is not in the keyring", "%s missing" },
    { "", "" },
  };
  g_autofree char *directory = g_dir_make_tmp ("words-XXXXXX", NULL);
  g_autofree char *file = g_build_filename (directory, "xx", "LC_MESSAGES", "madoguchi.mo", NULL);
  g_autofree char *inner = g_path_get_dirname (file), *middle = g_path_get_dirname (inner);

  write_catalogue (directory, pairs, G_N_ELEMENTS (pairs));
  g_setenv ("LANGUAGE", "xx", TRUE);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  mado_words_init ();
  g_assert_nonnull (bindtextdomain ("madoguchi", directory));
  g_setenv ("LC_ALL", "C", TRUE); /* for children alone */
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *said = mado_words_translate (texts[i][0]);
    g_assert_cmpstr (said, ==, texts[i][1]);
  }
  mado_words_use_english ();
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autofree char *said = mado_words_translate (texts[i][0]);
    g_assert_cmpstr (said, ==, texts[i][0]);
  }
  g_assert_cmpint (g_remove (file) | g_rmdir (inner) | g_rmdir (middle) | g_rmdir (directory), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/words/english", test_english);
  g_test_add_func ("/base/words/numbers", test_numbers);
  g_test_add_func ("/base/words/translate", test_translate);
  return g_test_run ();
}
