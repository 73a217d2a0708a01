/* form-file.c: see form-file.h. Called by form-template.c, before any mail is read. GKeyFile does the splitting; lines for
 * messages, and what stands there twice, come from a walk of our own. */
#include "madoguchi/report/form-file.h"

#include "madoguchi/report/form-line.h"

#include <string.h>

#define ITEMS_MAX 200
#define WORDS_MAX 60
#define NAME_MAX_BYTES 60

const char *const mado_form_kind_names[] = { "line", "text", "choice", "time", "boxes", "zone", "addresses", "email", NULL };
const char *const mado_form_place_names[] = { "",        "reporter-name", "reporter-address", "organization", "source", "target",  "title",
                                              "description", "request",   "category", "type", "reported", "detected", "started", "ended",
                                              "zone",    "id",            "reference", "tlp", NULL };

typedef struct {
  const char *path;
  GKeyFile *file;
  GHashTable *lines; /* "section" or "section\nkey" -> line number */
  GPtrArray *problems;
  MadoFormTemplate *form;
} Reading;

static void
item_free (gpointer data)
{
  MadoFormItem *item = data;

  g_free (item->name);
  g_strfreev (item->labels);
  g_free (item->number);
  g_free (item->section);
  g_free (item->otherwise);
  g_ptr_array_unref (item->choices);
  g_free (item);
}

void
mado_form_template_free (MadoFormTemplate *form)
{
  if (form == NULL)
    return;
  g_free (form->name);
  g_free (form->path);
  g_free (form->title);
  g_free (form->category);
  g_strfreev (form->markers);
  g_strfreev (form->subjects);
  g_strfreev (form->ignored);
  g_strfreev (form->one_of);
  g_ptr_array_unref (form->items);
  g_free (form);
}

/* --- messages --------------------------------------------------------------------------------------------- */

static guint
line_of (const Reading *reading, const char *section, const char *key)
{
  g_autofree char *name = key == NULL ? NULL : g_strdup_printf ("%s\n%s", section, key);
  guint line = name == NULL ? 0 : GPOINTER_TO_UINT (g_hash_table_lookup (reading->lines, name));

  return line > 0 ? line : MAX (1, GPOINTER_TO_UINT (g_hash_table_lookup (reading->lines, section)));
}

static void complain (Reading *reading, const char *section, const char *key, const char *format, ...) G_GNUC_PRINTF (4, 5);

static void
complain (Reading *reading, const char *section, const char *key, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_ptr_array_add (reading->problems, g_strdup_printf ("%s:%u: %s%s%s%s", reading->path, line_of (reading, section, key), key != NULL ? "\"" : "",
                                                       key != NULL ? key : "", key != NULL ? "\" " : "", what));
}

/* Notes where everything stands. */
static void
note_lines (Reading *reading, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *section = g_strdup ("");

  for (guint i = 0; lines[i] != NULL; i++) {
    char *line = g_strstrip (lines[i]), *equals = strchr (line, '='), *close = strchr (line, ']');
    char *name;
    if (*line == '#' || (*line != '[' && equals == NULL))
      continue;
    if (*line == '[' && close != NULL) {
      g_free (section);
      section = g_strndup (line + 1, (gsize) (close - line) - 1);
      name = g_strdup (section);
    } else if (equals != NULL) {
      g_autofree char *key = g_strchomp (g_strndup (line, (gsize) (equals - line)));
      name = g_strdup_printf ("%s\n%s", section, key);
    } else {
      continue;
    }
    if (g_hash_table_contains (reading->lines, name))
      g_ptr_array_add (reading->problems, g_strdup_printf ("%s:%u: it stands there a second time", reading->path, i + 1));
    g_hash_table_replace (reading->lines, name, GUINT_TO_POINTER (i + 1));
  }
}

/* --- values ----------------------------------------------------------------------------------------------- */

/* (transfer full, nullable) */
static char *
get_string (const Reading *reading, const char *section, const char *key)
{
  char *value = g_key_file_get_string (reading->file, section, key, NULL);

  return value == NULL ? NULL : g_strstrip (value);
}

/* (transfer full) the words between semicolons; never NULL. */
static char **
get_words (const Reading *reading, const char *section, const char *key)
{
  g_autofree char *value = get_string (reading, section, key);
  g_auto (GStrv) words = g_strsplit (value == NULL ? "" : value, ";", WORDS_MAX);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; words[i] != NULL; i++)
    if (*g_strstrip (words[i]) != '\0')
      g_strv_builder_add (builder, words[i]);
  return g_strv_builder_end (builder);
}

/* (transfer full) the same, folded; what has nothing but signs is a mistake. */
static char **
get_folded (Reading *reading, const char *section, const char *key)
{
  g_auto (GStrv) words = get_words (reading, section, key);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; words[i] != NULL; i++) {
    g_autofree char *folded = mado_form_fold (words[i], strlen (words[i]));
    if (*folded == '\0' || strlen (words[i]) > MADO_FORM_LABEL_MAX)
      complain (reading, section, key, "has a word without letters, or one that is too long: %s", words[i]);
    else
      g_strv_builder_add (builder, folded);
  }
  return g_strv_builder_end (builder);
}

static gboolean
is_known (const char *const *names, const char *name, guint *index)
{
  for (guint i = 0; names[i] != NULL; i++)
    if (strcmp (names[i], name) == 0) {
      *index = i;
      return TRUE;
    }
  return FALSE;
}

/* The index of the value of @key among @names; 0 when it is not there. */
static guint
get_name (Reading *reading, const char *section, const char *key, const char *const *names)
{
  g_autofree char *value = get_string (reading, section, key);
  guint index = 0;

  if (value != NULL && (*value == '\0' || !is_known (names, value, &index)))
    complain (reading, section, key, "is none of the words for it: %s", value);
  return index;
}

static guint
get_number (Reading *reading, const char *section, const char *key, guint otherwise)
{
  g_autofree char *value = get_string (reading, section, key);
  guint64 number = otherwise;

  if (value != NULL && !g_ascii_string_to_unsigned (value, 10, 1, ITEMS_MAX, &number, NULL))
    complain (reading, section, key, "is no number from 1 to %d: %s", ITEMS_MAX, value);
  return (guint) number;
}

static gboolean
get_bool (Reading *reading, const char *section, const char *key)
{
  g_autofree char *value = get_string (reading, section, key);
  gboolean is_yes = value != NULL && strcmp (value, "yes") == 0;

  if (value != NULL && !is_yes && strcmp (value, "no") != 0)
    complain (reading, section, key, "is neither yes nor no: %s", value);
  return is_yes;
}

static void
check_keys (Reading *reading, const char *section, const char *const *known)
{
  g_auto (GStrv) keys = g_key_file_get_keys (reading->file, section, NULL, NULL);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++)
    if (!g_strv_contains (known, keys[i]) && !(g_strv_contains (known, "choice-N") && (g_str_has_prefix (keys[i], "choice-") || g_str_has_prefix (keys[i], "meaning-"))))
      complain (reading, section, keys[i], "is no key of this section");
}

/* --- sections --------------------------------------------------------------------------------------------- */

/* "class:type" of RSIT. */
static gboolean
is_category (const char *text)
{
  const char *colon = strchr (text, ':');

  return colon != NULL && colon > text && colon[1] != '\0' && strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-:") == strlen (text)
         && strchr (colon + 1, ':') == NULL;
}

static void
read_head (Reading *reading)
{
  static const char *const keys[] = { "title", "category", "markers", "subjects", "ignore", "needed", "needed-named", "one-of", "zone", "dates", NULL };
  static const char *const orders[] = { "year-first", "month-first", "day-first", NULL };
  MadoFormTemplate *form = reading->form;
  g_autofree char *zone = get_string (reading, "form", "zone");

  check_keys (reading, "form", keys);
  form->title = get_string (reading, "form", "title");
  if (form->title == NULL || *form->title == '\0')
    complain (reading, "form", NULL, "[form] needs a title");
  form->category = get_string (reading, "form", "category");
  if (form->category != NULL && !is_category (form->category))
    complain (reading, "form", "category", "is no category of RSIT (\"class:type\"): %s", form->category);
  form->markers = get_folded (reading, "form", "markers");
  form->subjects = get_folded (reading, "form", "subjects");
  form->ignored = get_folded (reading, "form", "ignore");
  form->needed = get_number (reading, "form", "needed", 5);
  form->one_of = get_words (reading, "form", "one-of");
  form->needed_named = get_number (reading, "form", "needed-named", 2);
  form->dates = (MadoFormDates) get_name (reading, "form", "dates", orders);
  if (zone != NULL && !mado_form_zone (zone, &form->zone))
    complain (reading, "form", "zone", "is no time zone: %s", zone);
}

static void
check_meaning (Reading *reading, const char *section, const char *key, const MadoFormItem *item, const char *meaning)
{
  if (meaning != NULL && item->place == MADO_FORM_TO_CATEGORY && !is_category (meaning))
    complain (reading, section, key, "is no category of RSIT (\"class:type\"): %s", meaning);
}

static void
read_choices (Reading *reading, const char *section, MadoFormItem *item)
{
  for (guint n = 1; n <= MADO_FORM_CHOICES_MAX; n++) {
    g_autofree char *key = g_strdup_printf ("choice-%u", n), *meaning_key = g_strdup_printf ("meaning-%u", n);
    MadoFormChoice *choice;
    if (!g_key_file_has_key (reading->file, section, key, NULL))
      break;
    choice = mado_form_choice_new ();
    choice->words = get_words (reading, section, key);
    choice->folded = get_folded (reading, section, key);
    choice->meaning = get_string (reading, section, meaning_key);
    if (choice->folded[0] == NULL)
      complain (reading, section, key, "has no words");
    check_meaning (reading, section, meaning_key, item, choice->meaning);
    g_ptr_array_add (item->choices, choice);
  }
  if (item->kind == MADO_FORM_KIND_CHOICE && item->choices->len < 2)
    complain (reading, section, NULL, "[%s] needs choice-1 and choice-2", section);
}

/* Choices have numbers without gaps, and nothing but choices has them. */
static void
check_choice_keys (Reading *reading, const char *section, const MadoFormItem *item)
{
  g_auto (GStrv) keys = g_key_file_get_keys (reading->file, section, NULL, NULL);

  for (guint i = 0; keys != NULL && keys[i] != NULL; i++) {
    const char *dash = g_str_has_prefix (keys[i], "choice-") || g_str_has_prefix (keys[i], "meaning-") ? strchr (keys[i], '-') : NULL;
    guint64 n = 0;
    if (dash != NULL && (!g_ascii_string_to_unsigned (dash + 1, 10, 1, MADO_FORM_CHOICES_MAX, &n, NULL) || n > item->choices->len))
      complain (reading, section, keys[i], "has no choice before it");
  }
}

static void
read_item (Reading *reading, const char *section)
{
  static const char *const keys[] = { "labels", "number", "section", "kind", "to", "choice-N", "many", "otherwise", NULL };
  static const char *const section_keys[] = { "labels", "number", NULL };
  gboolean is_section = g_str_has_prefix (section, "section ");
  MadoFormItem *item = g_new0 (MadoFormItem, 1);

  check_keys (reading, section, is_section ? section_keys : keys);
  item->is_section = is_section;
  item->name = g_strstrip (g_strdup (strchr (section, ' ')));
  item->choices = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_form_choice_free);
  item->labels = get_folded (reading, section, "labels");
  item->number = get_string (reading, section, "number");
  g_ptr_array_add (reading->form->items, item);
  if (*item->name == '\0' || strlen (item->name) > NAME_MAX_BYTES || strspn (item->name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (item->name))
    complain (reading, section, NULL, "[%s] needs a name of small letters, digits and hyphens", section);
  if (item->labels[0] == NULL && item->number == NULL)
    complain (reading, section, NULL, "[%s] needs labels", section);
  if (is_section)
    return;
  item->section = get_string (reading, section, "section");
  item->kind = (MadoFormKind) get_name (reading, section, "kind", mado_form_kind_names);
  item->place = (MadoFormPlace) get_name (reading, section, "to", mado_form_place_names);
  item->many = get_bool (reading, section, "many");
  item->otherwise = get_string (reading, section, "otherwise");
  check_meaning (reading, section, "otherwise", item, item->otherwise);
  read_choices (reading, section, item);
  check_choice_keys (reading, section, item);
}

static gboolean
has_item (const MadoFormTemplate *form, const char *name, gboolean is_section)
{
  for (guint i = 0; i < form->items->len; i++) {
    const MadoFormItem *item = form->items->pdata[i];
    if (item->is_section == is_section && strcmp (item->name, name) == 0)
      return TRUE;
  }
  return FALSE;
}

/* Sections that items speak of, and items that [form] speaks of. */
static void
check_names (Reading *reading)
{
  const MadoFormTemplate *form = reading->form;

  for (guint i = 0; i < form->items->len; i++) {
    const MadoFormItem *item = form->items->pdata[i];
    g_autofree char *group = g_strdup_printf ("field %s", item->name);
    if (item->section != NULL && !has_item (form, item->section, TRUE))
      complain (reading, group, "section", "is no section of this form: %s", item->section);
  }
  for (guint i = 0; form->one_of != NULL && form->one_of[i] != NULL; i++)
    if (!has_item (form, form->one_of[i], FALSE))
      complain (reading, "form", "one-of", "is no field of this form: %s", form->one_of[i]);
}

static void
read_groups (Reading *reading)
{
  g_auto (GStrv) groups = g_key_file_get_groups (reading->file, NULL);
  guint items = 0;

  if (!g_key_file_has_group (reading->file, "form"))
    g_ptr_array_add (reading->problems, g_strdup_printf ("%s:1: there is no [form]", reading->path));
  else
    read_head (reading);
  for (guint i = 0; groups[i] != NULL; i++) {
    gboolean is_field = g_str_has_prefix (groups[i], "field ");
    if (strcmp (groups[i], "form") == 0)
      continue;
    if (!is_field && !g_str_has_prefix (groups[i], "section "))
      complain (reading, groups[i], NULL, "[%s] is no [form], [section NAME] or [field NAME]", groups[i]);
    else if (reading->form->items->len >= ITEMS_MAX)
      complain (reading, groups[i], NULL, "more than %d fields", ITEMS_MAX);
    else
      read_item (reading, groups[i]);
    items += is_field;
  }
  if (items == 0)
    g_ptr_array_add (reading->problems, g_strdup_printf ("%s:1: there is no [field NAME]", reading->path));
  check_names (reading);
}

MadoFormTemplate *
mado_form_file_parse (const char *name, const char *path, const char *text, GPtrArray *problems)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GHashTable) lines = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (MadoFormTemplate) form = g_new0 (MadoFormTemplate, 1);
  g_autoptr (GError) error = NULL;
  Reading reading = { path, file, lines, problems, form };
  guint before = problems->len;

  form->name = g_strdup (name);
  form->path = g_strdup (path);
  form->items = g_ptr_array_new_with_free_func (item_free);
  note_lines (&reading, text);
  if (!g_utf8_validate (text, -1, NULL)) {
    g_ptr_array_add (problems, g_strdup_printf ("%s: not UTF-8", path));
    return NULL;
  }
  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, &error)) {
    g_autofree char *safe = g_utf8_make_valid (error->message, -1);
    g_ptr_array_add (problems, g_strdup_printf ("%s: %s", path, safe));
    return NULL;
  }
  read_groups (&reading);
  return problems->len > before ? NULL : g_steal_pointer (&form);
}
