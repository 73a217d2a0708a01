/* test-reply-templates.c: what a template file may say, and what is made of it. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/reply/templates.h"

#include <string.h>

static const char *const languages[] = { "ja", "en", NULL };

static char *
directory_with (const char *name, const char *text)
{
  char *directory = g_dir_make_tmp ("tXXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return directory;
}

static void
test_fill (void)
{
  g_autofree char *directory = directory_with (
      "ack.en.txt", "Subject: [{ticket}] hello\n\n{team} {address} {fingerprint} {office-hours} {date} {} {not one} {\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoTemplates) templates = mado_templates_load (directory, languages, &error);
  MadoTemplateValues values = { "X #1", "{ticket}", "a@b", "FPR", "Mon", NULL };
  g_autofree char *subject = NULL;
  g_autofree char *body = NULL;
  char *other = NULL;

  g_assert_no_error (error);
  /* German is not there, nor Japanese: English stands in. A value is not looked at for placeholders. */
  g_assert_true (mado_templates_fill (templates, "ack", "de", &values, &subject, &body, &error));
  g_assert_cmpstr (subject, ==, "[X #1] hello");
  g_assert_cmpstr (body, ==, "{ticket} a@b FPR Mon  {} {not one} {\n");
  g_assert_false (mado_templates_fill (templates, "ac", "en", &values, &other, &other, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_assert_null (other);
  mado_fsio_remove_tree (directory, NULL);
}

static void
test_bad_files (void)
{
  static const struct {
    const char *name, *text, *word;
  } rows[] = {
    { "ack.en.txt", "Subject: x\n\none\ntwo {subject}\n", "ack.en.txt:4: unknown placeholder {subject}" },
    { "ack.en.txt", "Subject: {Ticket}\n\none\n", ":1: unknown placeholder {Ticket}" },
    { "ack.en.txt", "Subject: x\nno empty line\n", ":1: " },
    { "ack.en.txt", "Betreff: x\n\nbody\n", ":1: " },
    { "ack.en.txt", "", ":1: " },
    { "ack.en.txt", "Subject: \xff\n\nbody\n", "not UTF-8" },
    { "ack.txt", "Subject: x\n\nbody\n", "NAME.LANGUAGE.txt" },
    { "ack.fr.txt", "Subject: x\n\nbody\n", "[team] languages" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *directory = directory_with (rows[i].name, rows[i].text);
    g_autoptr (GError) error = NULL;
    g_assert_null (mado_templates_load (directory, languages, &error));
    g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
    g_test_message ("%s", error->message);
    g_assert_nonnull (strstr (error->message, rows[i].word));
    mado_fsio_remove_tree (directory, NULL);
  }
}

static void
test_shipped (void)
{
  g_autofree char *directory = g_build_filename (g_getenv ("MADO_SRC") ? g_getenv ("MADO_SRC") : ".", "conf", "templates",
                                                 NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoTemplates) templates = mado_templates_load (directory, languages, &error);
  static const char *const names[] = { "ack", "ack-plain", "cannot-open" };
  MadoTemplateValues values = { "CSIRT #2026-000001", "T", "a@b", "F", "M", "D" };

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    for (gsize j = 0; languages[j] != NULL; j++) {
      g_autofree char *subject = NULL;
      g_autofree char *body = NULL;
      g_assert_true (mado_templates_fill (templates, names[i], languages[j], &values, &subject, &body, &error));
      g_assert_true (g_str_has_prefix (subject, "[CSIRT #2026-000001] "));
      g_assert_nonnull (strstr (body, "[CSIRT #2026-000001]"));
      g_assert_cmpint (g_str_is_ascii (body), ==, j == 1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reply/templates/fill", test_fill);
  g_test_add_func ("/reply/templates/bad-files", test_bad_files);
  g_test_add_func ("/reply/templates/shipped", test_shipped);
  return g_test_run ();
}
