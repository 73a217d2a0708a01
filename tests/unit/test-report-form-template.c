/* Templates of forms: what a file may say, each mistake with its line, directories and who comes later. */
#include "madoguchi/report/form-template.h"

#include "madoguchi/report/form-file.h"

#include <string.h>
#include <glib/gstdio.h>

#define HEAD "[form]\ntitle = T\n"
#define FIELD "[field a]\nlabels = A; あ\n"

static const struct {
  const char *text, *problem;
} mistakes[] = {
  { FIELD, "f:1: there is no [form]" },
  { HEAD, "f:1: there is no [field NAME]" },
  { "[form]\n" FIELD, "f:1: [form] needs a title" },
  { HEAD "needed = no\n" FIELD, "f:3: \"needed\" is no number" },
  { HEAD "needed = 0\n" FIELD, "f:3: \"needed\" is no number" },
  { HEAD "zone = nowhere\n" FIELD, "f:3: \"zone\" is no time zone" },
  { HEAD "dates = any\n" FIELD, "f:3: \"dates\" is none of the words" },
  { HEAD "category = virus\n" FIELD, "f:3: \"category\" is no category" },
  { HEAD "markers = ---\n" FIELD, "f:3: \"markers\" has a word without letters" },
  { HEAD "one-of = a; b\n" FIELD, "f:3: \"one-of\" is no field of this form: b" },
  { HEAD "other = 1\n" FIELD, "f:3: \"other\" is no key" },
  { HEAD FIELD "[page b]\n", "f:5: [page b] is no [form]" },
  { HEAD "[field A b]\nlabels = x\n", "f:3: [field A b] needs a name" },
  { HEAD "[field a]\nkind = line\n", "f:3: [field a] needs labels" },
  { HEAD FIELD "kind = lines\n", "f:5: \"kind\" is none of the words" },
  { HEAD FIELD "to = nowhere\n", "f:5: \"to\" is none of the words" },
  { HEAD FIELD "many = perhaps\n", "f:5: \"many\" is neither yes nor no" },
  { HEAD FIELD "section = s\n", "f:5: \"section\" is no section of this form" },
  { HEAD FIELD "kind = choice\nchoice-1 = x\n", "f:3: [field a] needs choice-1 and choice-2" },
  { HEAD FIELD "kind = choice\nchoice-1 = x\nchoice-2 = y\nchoice-4 = z\n", "f:8: \"choice-4\" has no choice before it" },
  { HEAD FIELD "kind = choice\nchoice-1 = x\nchoice-2 = y\nmeaning-3 = z\n", "f:8: \"meaning-3\" has no choice before it" },
  { HEAD FIELD "kind = choice\nto = category\nchoice-1 = x\nmeaning-1 = Virus\nchoice-2 = y\n", "f:8: \"meaning-1\" is no category" },
  { HEAD FIELD FIELD, "f:5: it stands there a second time" },
  { HEAD "title = U\n" FIELD, "f:3: it stands there a second time" },
  { HEAD "[section s]\nlabels = S\nkind = line\n" FIELD, "f:5: \"kind\" is no key" },
};

static void
test_mistakes (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (mistakes); i++) {
    g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
    g_autoptr (MadoFormTemplate) form = mado_form_file_parse ("n", "f", mistakes[i].text, problems);
    g_test_message ("%s", mistakes[i].text);
    g_assert_null (form);
    g_assert_cmpuint (problems->len, >=, 1);
    g_test_message ("%s", (const char *) problems->pdata[0]);
    g_assert_true (g_str_has_prefix (problems->pdata[0], mistakes[i].problem));
  }
}

static void
test_broken (void)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);

  g_assert_null (mado_form_file_parse ("n", "f", "no key file\n", problems));
  g_assert_null (mado_form_file_parse ("n", "f", HEAD FIELD "number = \xff\n", problems));
  g_assert_null (mado_form_file_parse ("n", "f", "", problems));
  g_assert_cmpuint (problems->len, >=, 3);
}

static void
test_whole (void)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (MadoFormTemplate) form = mado_form_file_parse ("n", "f",
    "# remark\n" HEAD "markers = Report — Form; 様式\nzone = JST\ndates = day-first\nneeded = 3\ncategory = fraud:phishing\n[section s]\nlabels = S\n"
    "[field a]\nlabels = Ｎａｍｅ; 名 前\nto = reporter-name\nsection = s\n[field b]\nnumber = 2-1\nkind = choice\nmany = yes\nchoice-1 = x;y\nmeaning-1 = m\n"
    "choice-2 = z\notherwise = o\n", problems);
  const MadoFormItem *item;
  const MadoFormChoice *choice;

  g_assert_cmpuint (problems->len, ==, 0);
  g_assert_nonnull (form);
  g_assert_cmpstr (form->markers[0], ==, "reportform");
  g_assert_cmpint (form->zone, ==, 9 * 3600);
  g_assert_cmpint (form->dates, ==, MADO_FORM_DATES_DAY_FIRST);
  g_assert_cmpuint (form->needed, ==, 3);
  g_assert_cmpuint (form->needed_named, ==, 2);
  g_assert_cmpstr (form->category, ==, "fraud:phishing");
  g_assert_cmpuint (form->items->len, ==, 3);
  item = form->items->pdata[1];
  g_assert_cmpstr (item->labels[0], ==, "name");
  g_assert_cmpstr (item->labels[1], ==, "名前");
  g_assert_cmpint (item->place, ==, MADO_FORM_TO_REPORTER_NAME);
  item = form->items->pdata[2];
  choice = item->choices->pdata[0];
  g_assert_true (item->many);
  g_assert_cmpstr (choice->meaning, ==, "m");
  g_assert_cmpstr (choice->words[1], ==, "y");
}

static void
write_file (const char *directory, const char *name, const char *text)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

static void
remove_directory (const char *directory)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (directory, name, NULL);
    g_unlink (path);
  }
  g_rmdir (directory);
}

static MadoFormTemplates *
load (const char *directories, GPtrArray *problems, GError **error)
{
  g_autofree char *text = g_strdup_printf ("[formats]\nforms = %s\n", directories);
  g_autoptr (MadoConf) conf = mado_conf_parse (text, "t.conf", NULL);

  return mado_form_templates_load (conf, problems, error);
}

static void
test_directories (void)
{
  g_autofree char *first = g_dir_make_tmp ("formXXXXXX", NULL), *second = g_dir_make_tmp ("formXXXXXX", NULL);
  g_autofree char *both = g_strdup_printf ("%s;%s", first, second);
  g_autoptr (MadoFormTemplates) templates = NULL;
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) error = NULL;
  const MadoFormTemplate *form;
  const GArray *hits;

  write_file (first, "a.form", HEAD FIELD);
  write_file (first, "b.form", HEAD FIELD);
  write_file (first, "b.blank.txt", "no template");
  write_file (second, "a.form", "[form]\ntitle = later\n" FIELD);
  templates = load (both, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (templates->all->len, ==, 2);
  form = templates->all->pdata[0];
  g_assert_cmpstr (form->title, ==, "later");
  hits = g_hash_table_lookup (templates->labels, "あ");
  g_assert_cmpuint (hits->len, ==, 2);
  g_clear_pointer (&templates, mado_form_templates_free);

  write_file (second, "c.form", HEAD);
  g_assert_null (load (both, NULL, &error));
  g_assert_true (strstr (error->message, "c.form:1: ") != NULL);
  templates = load (both, problems, NULL);
  g_assert_cmpuint (templates->all->len, ==, 2);
  g_assert_cmpuint (problems->len, ==, 1);
  remove_directory (first);
  remove_directory (second);
}

static void
test_missing (void)
{
  g_autoptr (MadoConf) plain = mado_conf_parse ("", "t.conf", NULL);
  g_autoptr (MadoFormTemplates) none = mado_form_templates_load (plain, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (none); /* not installed: nothing is known, and nothing fails */
  g_assert_null (load ("/nonexistent/forms", NULL, &error));
  g_assert_nonnull (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/form-template/mistakes", test_mistakes);
  g_test_add_func ("/report/form-template/broken", test_broken);
  g_test_add_func ("/report/form-template/whole", test_whole);
  g_test_add_func ("/report/form-template/directories", test_directories);
  g_test_add_func ("/report/form-template/missing", test_missing);
  return g_test_run ();
}
