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
  MadoTemplateValues values = { .ticket = "X #1", .team = "{ticket}", .address = "a@b", .fingerprint = "FPR", .office_hours = "Mon" };
  g_autofree char *subject = NULL;
  g_autofree char *body = NULL;
  char *other = NULL;

  g_assert_no_error (error);
  /* German is not there, nor Japanese: English stands in. A value is not looked at for placeholders. */
  g_assert_true (mado_templates_fill (templates, "ack", NULL, "de", &values, &subject, &body, &error));
  g_assert_cmpstr (subject, ==, "[X #1] hello");
  g_assert_cmpstr (body, ==, "{ticket} a@b FPR Mon  {} {not one} {\n");
  g_assert_false (mado_templates_fill (templates, "ac", NULL, "en", &values, &other, &other, &error));
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
    { "ack.a.b.en.txt", "Subject: x\n\nbody\n", "NAME.LANGUAGE.txt" },
    { "Ack.en.txt", "Subject: x\n\nbody\n", "NAME.LANGUAGE.txt" },
    { "ack.phishing.en.txt", "Subject: x\n\nbody\n", "has to be there" },
    { "ack-plain.phishing.en.txt", "Subject: x\n\nbody\n", "have no variants" },
    { "cannot-open.phishing.en.txt", "Subject: x\n\nbody\n", "have no variants" },
    { "ack.en.txt", "Subject: x\n\n{reason}\n", "ack.en.txt:3: {reason} stands in the template \"out-of-scope\" alone" },
    { "ack-plain.en.txt", "Subject: x\n\n{earlier}\n", "\"duplicate\" alone" },
    { "hours-open.en.inc", "{now}\n", "hours-open.en.inc:1: unknown placeholder {now}" },
    { "hours-open.inc", "x\n", "NAME.LANGUAGE.inc" },
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

static char *
directory_of (const char *const (*files)[2])
{
  char *directory = g_dir_make_tmp ("tXXXXXX", NULL);

  for (gsize i = 0; files[i][0] != NULL; i++) {
    g_autofree char *path = g_build_filename (directory, files[i][0], NULL);
    g_assert_true (g_file_set_contents (path, files[i][1], -1, NULL));
  }
  return directory;
}

/* The order of looking, languages one below the other, and lines of which nothing remains. */
static void
test_choice (void)
{
  static const char *const files[][2] = {
    { "ack.ja.txt", "Subject: [{ticket}] J\n\nja\n" },
    { "ack.en.txt", "Subject: [{ticket}] E\n\nen\n" },
    { "ack.phishing.en.txt", "Subject: [{ticket}] P\n\nphishing\n" },
    { "ack.hospitals.en.txt", "Subject: [{ticket}] H\n\nhospitals\n" },
    { "ack.hospitals.ja.txt", "Subject: [{ticket}] HJ\n\nhospitals ja\n" },
    { "cannot-open.en.txt", "Subject: [{ticket}] C\n\nA {urgent}\nB {urgent}{opens}\n  {now}\nend {\n" },
    { "hours-open.en.inc", "open until {closes}\n" },
    { "hours-closed.en.inc", "closed, {office-hours}, {opens}\n\n" },
    { NULL, NULL },
  };
  static const struct {
    const char *name, *variants, *language;
    MadoHoursState hours;
    const char *subject, *body;
  } rows[] = {
    { "ack", "", "ja", 0, "[T] J", "ja\n" },
    { "ack", "phishing,hospitals", "en", 0, "[T] P", "phishing\n" },
    { "ack", "hospitals,phishing", "en", 0, "[T] H", "hospitals\n" },
    { "ack", "phishing,hospitals", "ja", 0, "[T] HJ", "hospitals ja\n" },
    { "ack", "PHISHING", "en", 0, "[T] P", "phishing\n" },
    { "ack", "nothing", "en", 0, "[T] E", "en\n" },
    { "ack", "../ack,en", "en", 0, "[T] E", "en\n" },
    { "ack", "", NULL, 0, "[T] J / E",
      "ja\n\n--------------------------------------------------------------------\n\nen\n" },
    { "ack", "phishing", NULL, 0, "[T] J / P",
      "ja\n\n--------------------------------------------------------------------\n\nphishing\n" },
    { "cannot-open", "", NULL, 0, "[T] C", "end {\n" },
    { "cannot-open", "", "ja", MADO_HOURS_OPEN, "[T] C", "  open until five\nend {\n" },
    { "cannot-open", "", "en", MADO_HOURS_CLOSED, "[T] C", "  closed, Mon, \nend {\n" },
  };
  g_autofree char *directory = directory_of (files);
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoTemplates) templates = mado_templates_load (directory, languages, &error);

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    MadoTemplateValues values = { .ticket = "T", .office_hours = "Mon", .closes = "five", .hours = rows[i].hours };
    g_auto (GStrv) variants = g_strsplit (rows[i].variants, ",", -1);
    g_autofree char *subject = NULL, *body = NULL;
    g_assert_true (mado_templates_fill (templates, rows[i].name, (const char *const *) variants, rows[i].language, &values,
                                        &subject, &body, &error));
    g_assert_cmpstr (subject, ==, rows[i].subject);
    g_assert_cmpstr (body, ==, rows[i].body);
  }
  mado_fsio_remove_tree (directory, NULL);
}

/* The reason stands in each language in its own words, where there are some. */
static void
test_reasons (void)
{
  static const char *const files[][2] = { { "out-of-scope.ja.txt", "Subject: J\n\nja {reason}\n" },
                                          { "out-of-scope.en.txt", "Subject: E\n\nen {reason}\n" },
                                          { NULL, NULL } };
  static const char *const map[] = { "default", "d", "ja", "j", NULL };
  g_autofree char *directory = directory_of (files);
  g_autoptr (MadoTemplates) templates = mado_templates_load (directory, languages, NULL);
  MadoTemplateValues values = { .reason = "r", .reasons = (char *const *) map };
  g_autofree char *subject = NULL, *both = NULL, *other = NULL, *english = NULL;

  g_assert_true (mado_templates_fill (templates, "out-of-scope", NULL, NULL, &values, &subject, &both, NULL));
  g_assert_nonnull (strstr (both, "ja j\n"));
  g_assert_nonnull (strstr (both, "en r\n"));
  g_assert_true (mado_templates_fill (templates, "out-of-scope", NULL, "en", &values, &other, &english, NULL));
  g_assert_cmpstr (english, ==, "en r\n");
  mado_fsio_remove_tree (directory, NULL);
}

/* All mistakes are named, not the first one alone; and what is missing. */
static void
test_problems (void)
{
  static const char *const bad[][2] = { { "a.en.txt", "x" }, { "b.en.txt", "Subject: {x}\n\n" }, { "c.txt", "" }, { NULL, NULL } };
  static const char *const few[][2] = { { "ack.en.txt", "Subject: x\n\n" }, { NULL, NULL } };
  g_autofree char *one = directory_of (bad), *other = directory_of (few);
  g_autoptr (GPtrArray) many = mado_templates_list_problems (one, languages, mado_template_names);
  g_autoptr (GPtrArray) missing = mado_templates_list_problems (other, languages, mado_template_names);

  g_assert_cmpuint (many->len, ==, 3);
  g_assert_nonnull (strstr (many->pdata[1], "b.en.txt:1: unknown placeholder {x}"));
  g_assert_cmpuint (missing->len, ==, 1);
  g_assert_nonnull (strstr (missing->pdata[0], "ack-plain.LANGUAGE.txt"));
  mado_fsio_remove_tree (one, NULL);
  mado_fsio_remove_tree (other, NULL);
}

/* Display columns of @line: what is not ASCII here is wide. */
static guint
columns (const char *line)
{
  guint n = 0;

  for (const char *p = line; *p != '\0'; p = g_utf8_next_char (p))
    n += g_unichar_iswide (g_utf8_get_char (p)) ? 2 : 1;
  return n;
}

static void
test_shipped (void)
{
  g_autofree char *directory = g_build_filename (g_getenv ("MADO_SRC") ? g_getenv ("MADO_SRC") : ".", "conf", "templates",
                                                 NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (MadoTemplates) templates = mado_templates_load (directory, languages, &error);
  MadoTemplateValues values = { .ticket = "CSIRT #2026-000001", .team = "T", .address = "a@b",
                                .fingerprint = "0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567", .key_url = "https://example.org/k",
                                .office_hours = "Mon-Fri 09:00-17:30 JST (UTC+9)", .urgent = "+81-3-0000-0000", .opens = "O",
                                .closes = "C", .date = "2026-11-21 09:00 UTC", .reason = "R", .earlier = "CSIRT #2026-000000" };

  g_assert_no_error (error);
  g_assert_true (mado_templates_check (templates, mado_template_names, &error));
  for (gsize i = 0; mado_template_names[i] != NULL; i++)
    for (gsize j = 0; languages[j] != NULL; j++)
      for (values.hours = MADO_HOURS_UNKNOWN; values.hours <= MADO_HOURS_CLOSED; values.hours++) {
        g_autofree char *subject = NULL;
        g_autofree char *body = NULL;
        g_assert_true (mado_templates_fill (templates, mado_template_names[i], NULL, languages[j], &values, &subject, &body, &error));
        g_assert_true (g_str_has_prefix (subject, "[CSIRT #2026-000001] "));
        g_assert_nonnull (strstr (body, "[CSIRT #2026-000001]"));
        g_assert_nonnull (strstr (body, "Mon-Fri 09:00-17:30 JST"));
        g_assert_nonnull (strstr (body, "+81-3-0000-0000"));
        g_assert_null (strstr (body, "{"));
        g_assert_cmpint (g_str_is_ascii (body), ==, j == 1);
        g_auto (GStrv) lines = g_strsplit (body, "\n", -1);
        for (guint k = 0; lines[k] != NULL; k++)
          g_assert_cmpuint (columns (lines[k]), <=, 76);
      }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/reply/templates/fill", test_fill);
  g_test_add_func ("/reply/templates/bad-files", test_bad_files);
  g_test_add_func ("/reply/templates/choice", test_choice);
  g_test_add_func ("/reply/templates/problems", test_problems);
  g_test_add_func ("/reply/templates/reasons", test_reasons);
  g_test_add_func ("/reply/templates/shipped", test_shipped);
  return g_test_run ();
}
