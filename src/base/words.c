/* words.c: see words.h. Called by the command line alone. */
#include "madoguchi/base/words.h"

#include <locale.h>

#define DOMAIN "madoguchi"

/* (transfer full) the catalogues beside a program in its build tree, else the installed ones. */
static char *
find_catalogues (void)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = directory != NULL ? g_build_filename (directory, "conf", "locale", NULL) : NULL;

  return beside != NULL && g_file_test (beside, G_FILE_TEST_IS_DIR) ? g_steal_pointer (&beside) : g_strdup (MADO_LOCALEDIR);
}

void
mado_words_init (void)
{
  g_autofree char *directory = find_catalogues ();

  setlocale (LC_ALL, "");
  setlocale (LC_NUMERIC, "C");
  bindtextdomain (DOMAIN, directory);
  bind_textdomain_codeset (DOMAIN, "UTF-8");
  textdomain (DOMAIN);
}
