/* Canned texts: which there are, how they are filled, and every mistake named with its file and line. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/reply/canned.h"

#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *top, *canned;
  MadoConf *conf;
  MadoComposer *composer;
} Fixture;

static void
write_file (const char *directory, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
set_up (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const char *const names[] = { "ack", "ack-plain", "cannot-open", "plaintext", "out-of-scope", "duplicate" };
  g_autofree char *templates = NULL, *path = NULL, *text = NULL;
  g_autoptr (GError) error = NULL;

  f->top = g_dir_make_tmp ("canned-XXXXXX", NULL);
  f->canned = g_build_filename (f->top, "canned", NULL);
  templates = g_build_filename (f->top, "templates", NULL);
  path = g_build_filename (f->top, "m.conf", NULL);
  g_assert_cmpint (g_mkdir (f->canned, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (templates, 0700), ==, 0);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *name = g_strconcat (names[i], ".en.txt", NULL);
    write_file (templates, name, "Subject: x\n\ny\n");
  }
  text = g_strdup_printf ("[team]\nname = Team\naddress = csirt@team.example\nlanguages = ja; en\n[reply]\ntemplates = %s\ncanned = %s\n",
                          templates, f->canned);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  f->conf = mado_conf_load (path, &error);
  g_assert_no_error (error);
  f->composer = mado_composer_new (f->conf, &error);
  g_assert_no_error (error);
}

static void
tear_down (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  mado_composer_free (f->composer);
  mado_conf_free (f->conf);
  g_assert_true (mado_fsio_remove_tree (f->top, NULL));
  g_free (f->top);
  g_free (f->canned);
}

/* (transfer full) the text, or the words of the error of @code. @language, @prefers: nullable. */
static char *
fill (Fixture *f, const char *name, const char *language, const char *prefers, int code, char **subject)
{
  g_autoptr (GError) error = NULL;
  GVariantDict dict;
  char *own = NULL, *body = NULL;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "name", "s", name);
  g_variant_dict_insert (&dict, "ticket", "s", "T #2026-000001");
  if (language != NULL)
    g_variant_dict_insert (&dict, "language", "s", language);
  if (prefers != NULL)
    g_variant_dict_insert (&dict, "prefers", "s", prefers);
  g_autoptr (GVariant) question = g_variant_ref_sink (g_variant_dict_end (&dict));
  if (!mado_canned_fill (f->conf, f->composer, question, &own, &body, &error)) {
    g_assert_error (error, MADO_ERROR, code);
    return g_strdup (error->message);
  }
  g_assert_cmpint (code, ==, -1);
  if (subject != NULL)
    *subject = own;
  else
    g_free (own);
  return body;
}

static void
test_fill (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *subject = NULL;

  write_file (f->canned, "ask.en.txt", "Subject:\n\nAbout {ticket}, {team} <{address}>\nurgent: {urgent}\n{not a placeholder} {}\n");
  write_file (f->canned, "ask.ja.txt", "Subject: {ticket} について\n\n日本語 {ticket}\n");
  g_auto (GStrv) names = mado_canned_list (f->conf, &error);
  g_autofree char *listed = g_strjoinv (" ", names);
  g_assert_cmpstr (listed, ==, "ask.en ask.ja");
  g_autofree char *english = fill (f, "ask", "en", "ja", -1, &subject);
  g_assert_cmpstr (english, ==, "About T #2026-000001, Team <csirt@team.example>\n{not a placeholder} {}\n"); /* what is not known: no line */
  g_assert_cmpstr (subject, ==, "");
  g_clear_pointer (&subject, g_free);
  g_autofree char *japanese = fill (f, "ask", NULL, "ja", -1, &subject);
  g_assert_cmpstr (japanese, ==, "日本語 T #2026-000001\n");
  g_assert_cmpstr (subject, ==, "T #2026-000001 について");
  g_autofree char *both = fill (f, "ask", "", "de", -1, NULL);
  g_assert_true (g_str_has_prefix (both, "日本語") && strstr (both, "About T") != NULL);
}

static void
test_mistakes (Fixture *f, gconstpointer data G_GNUC_UNUSED)
{
  static const struct {
    const char *text, *where;
  } rows[] = {
    { "Subject:\n\none\nDear {reporter}\n", "bad.en.txt:4: unknown placeholder {reporter}" },
    { "Subject: {subject}\n\none\n", "bad.en.txt:1: unknown placeholder {subject}" },
    { "Subject:\n\n{Ticket}\n", "bad.en.txt:3: unknown placeholder {Ticket}" },
    { "Subject:\n\n{reason}\n", "bad.en.txt:3: {reason} stands in the template" },
    { "one\n", "bad.en.txt:1: a template starts with" },
    { "Subject:\n\n\xff\n", "bad.en.txt: not UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    write_file (f->canned, "bad.en.txt", rows[i].text);
    g_autofree char *words = fill (f, "bad", NULL, NULL, MADO_ERROR_CONF, NULL);
    if (strstr (words, rows[i].where) == NULL)
      g_error ("%s: not %s", words, rows[i].where);
  }
  write_file (f->canned, "bad.en.txt", "Subject:\n\nmended\n"); /* nothing has to be started again */
  g_autofree char *mended = fill (f, "bad", NULL, NULL, -1, NULL);
  g_assert_cmpstr (mended, ==, "mended\n");
  g_autofree char *unknown = fill (f, "none", NULL, NULL, MADO_ERROR_NO, NULL);
  g_autofree char *foreign = fill (f, "bad", "ja", NULL, MADO_ERROR_NO, NULL);
  g_autofree char *path = fill (f, "../templates/ack", NULL, NULL, MADO_ERROR_NO, NULL);
  g_assert_true (mado_fsio_remove_tree (f->canned, NULL));
  g_autofree char *gone = fill (f, "bad", NULL, NULL, MADO_ERROR_NO, NULL);
  g_assert_nonnull (strstr (gone, "no directory"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/canned/fill", Fixture, NULL, set_up, test_fill, tear_down);
  g_test_add ("/canned/mistakes", Fixture, NULL, set_up, test_mistakes, tear_down);
  return g_test_run ();
}
