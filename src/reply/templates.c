/* templates.c: see templates.h. Plain substitution: no conditions, no loops, nothing that could surprise. */
#include "madoguchi/reply/templates.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <string.h>

#define FILE_BYTES_MAX (64 * 1024)
#define SEPARATOR "--------------------------------------------------------------------"

typedef struct {
  char *subject;
  char *body;
} Template;

struct _MadoTemplates {
  GHashTable *files; /* "NAME.LANGUAGE" or "NAME.VARIANT.LANGUAGE" -> Template; a fragment has no subject */
  char **languages;
};

const char *const mado_template_names[]
    = { "ack", "ack-plain", "cannot-open", "plaintext", "out-of-scope", "duplicate", NULL };

static const struct {
  const char *name;
  gsize offset;
  const char *only; /* the one template in which it may stand; NULL: any */
} placeholders[] = {
  { "ticket", offsetof (MadoTemplateValues, ticket), NULL },
  { "team", offsetof (MadoTemplateValues, team), NULL },
  { "address", offsetof (MadoTemplateValues, address), NULL },
  { "fingerprint", offsetof (MadoTemplateValues, fingerprint), NULL },
  { "key-url", offsetof (MadoTemplateValues, key_url), NULL },
  { "office-hours", offsetof (MadoTemplateValues, office_hours), NULL },
  { "urgent", offsetof (MadoTemplateValues, urgent), NULL },
  { "opens", offsetof (MadoTemplateValues, opens), NULL },
  { "closes", offsetof (MadoTemplateValues, closes), NULL },
  { "date", offsetof (MadoTemplateValues, date), NULL },
  { "reason", offsetof (MadoTemplateValues, reason), "out-of-scope" },
  { "earlier", offsetof (MadoTemplateValues, earlier), "duplicate" },
  { "now", 0, NULL }, /* not a value: the text of another file */
};
#define NOW_INDEX ((int) G_N_ELEMENTS (placeholders) - 1)

/* By MadoHoursState. */
static const char *const hours_names[] = { NULL, "hours-open", "hours-closed" };

/* They tell nothing of a mail, so they are the same for all mails. */
static const char *const content_free[] = { "ack-plain", "cannot-open", NULL };

static void
template_free (gpointer data)
{
  Template *template = data;

  g_free (template->subject);
  g_free (template->body);
  g_free (template);
}

void
mado_templates_free (MadoTemplates *templates)
{
  if (templates == NULL)
    return;
  g_hash_table_unref (templates->files);
  g_strfreev (templates->languages);
  g_free (templates);
}

/* The length of the placeholder at @text ("{word}", letters and hyphens), 0 when there is none. */
static gsize
placeholder_at (const char *text)
{
  gsize length;

  if (*text != '{')
    return 0;
  length = strspn (text + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_");
  return length > 0 && text[length + 1] == '}' ? length + 2 : 0;
}

/* The index of the placeholder "{word}" of @length bytes; -1 when it is none of ours. */
static int
placeholder_index (const char *text, gsize length)
{
  for (gsize i = 0; i < G_N_ELEMENTS (placeholders); i++)
    if (strlen (placeholders[i].name) == length - 2 && strncmp (placeholders[i].name, text + 1, length - 2) == 0)
      return (int) i;
  return -1;
}

/* (transfer full) "ack" of "ack.phishing.en.txt". */
static char *
base_name (const char *path)
{
  g_autofree char *file = g_path_get_basename (path);

  return g_strndup (file, strcspn (file, "."));
}

static gboolean
check_placeholders (const char *path, const char *text, GError **error)
{
  gboolean is_fragment = g_str_has_suffix (path, ".inc");
  g_autofree char *name = base_name (path);
  guint line = 1;

  for (const char *at = text; *at != '\0'; at++) {
    gsize length = placeholder_at (at);
    int index = length > 0 ? placeholder_index (at, length) : -1;
    if (*at == '\n')
      line++;
    if (length == 0)
      continue;
    if (index < 0 || (is_fragment && index == NOW_INDEX))
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s:%u: unknown placeholder %.*s", path, line, (int) length, at);
    else if (placeholders[index].only != NULL && strcmp (placeholders[index].only, name) != 0)
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s:%u: %.*s stands in the template \"%s\" alone", path, line,
                   (int) length, at, placeholders[index].only);
    else
      continue;
    return FALSE;
  }
  return TRUE;
}

/* (transfer full, nullable) what file @path says. */
static char *
read_text (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;

  if (!mado_fsio_read_file (path, FILE_BYTES_MAX, &bytes, error))
    return NULL;
  text = g_bytes_get_size (bytes) == 0 ? g_strdup ("")
                                       : g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (!g_utf8_validate (text, (gssize) g_bytes_get_size (bytes), NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: not UTF-8", path);
    return NULL;
  }
  return check_placeholders (path, text, error) ? g_steal_pointer (&text) : NULL;
}

/* (transfer full, nullable) */
static Template *
parse_file (const char *path, GError **error)
{
  g_autofree char *text = read_text (path, error);
  Template *template;
  char *end;

  if (text == NULL)
    return NULL;
  if (g_str_has_suffix (path, ".inc")) {
    template = g_new0 (Template, 1);
    template->body = g_strdup (g_strstrip (text));
    return template;
  }
  end = strchr (text, '\n');
  if (!g_str_has_prefix (text, "Subject:") || end == NULL || end[1] != '\n') {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s:1: a template starts with \"Subject: ...\" and an empty line",
                 path);
    return NULL;
  }
  template = g_new0 (Template, 1);
  template->subject = g_strstrip (g_strndup (text + 8, (gsize) (end - text) - 8));
  template->body = g_strdup (end + 2);
  return template;
}

static const Template *
find_file (const MadoTemplates *templates, const char *name, const char *variant, const char *language)
{
  g_autofree char *key = variant != NULL ? g_strdup_printf ("%s.%s.%s", name, variant, language)
                                         : g_strdup_printf ("%s.%s", name, language);

  return g_hash_table_lookup (templates->files, key);
}

/* (transfer full, nullable) @word as it may stand in a file name: lower-case letters, digits and hyphens. */
static char *
fold_variant (const char *word)
{
  g_autofree char *folded = g_ascii_strdown (word, -1);

  return *folded != '\0' && folded[strspn (folded, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0'
             ? g_steal_pointer (&folded)
             : NULL;
}

/* Template @name in exactly this language: the first variant that there is, or else the one for all. */
static const Template *
find_in (const MadoTemplates *templates, const char *name, const char *const *variants, const char *language)
{
  const Template *found = NULL;

  if (g_strv_contains (content_free, name))
    variants = NULL;
  for (gsize i = 0; variants != NULL && variants[i] != NULL && found == NULL; i++) {
    g_autofree char *variant = fold_variant (variants[i]);
    found = variant != NULL ? find_file (templates, name, variant, language) : NULL;
  }
  return found != NULL ? found : find_file (templates, name, NULL, language);
}

static gboolean
exists (const MadoTemplates *templates, const char *name)
{
  for (char **language = templates->languages; *language != NULL; language++)
    if (find_file (templates, name, NULL, *language) != NULL)
      return TRUE;
  return FALSE;
}

/* "ack.en", "ack.phishing.en", as fold_variant () would write it. */
static gboolean
is_name (const char *key, gboolean is_fragment)
{
  g_auto (GStrv) words = g_strsplit (key, ".", -1);
  guint n = g_strv_length (words);

  if (n < 2 || n > 3 || (n == 3 && (is_fragment || g_strv_contains (content_free, words[0]))))
    return FALSE;
  for (guint i = 0; i < n; i++) {
    g_autofree char *folded = fold_variant (words[i]);
    if (g_strcmp0 (folded, words[i]) != 0)
      return FALSE;
  }
  return TRUE;
}

static void add_problem (GPtrArray *problems, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_problem (GPtrArray *problems, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (problems, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

static void
load_file (MadoTemplates *templates, const char *directory, const char *name, GPtrArray *problems)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *key = g_strndup (name, strlen (name) - 4);
  g_autoptr (GError) problem = NULL;
  gboolean is_fragment = g_str_has_suffix (name, ".inc");
  Template *template;

  if (!is_name (key, is_fragment)) {
    add_problem (problems, "%s: a template is named %s", path,
                 is_fragment ? "NAME.LANGUAGE.inc"
                             : "NAME.LANGUAGE.txt or NAME.VARIANT.LANGUAGE.txt, in small letters; ack-plain and "
                               "cannot-open have no variants");
    return;
  }
  template = parse_file (path, &problem);
  if (template == NULL)
    g_ptr_array_add (problems, g_strdup (problem->message));
  else
    g_hash_table_replace (templates->files, g_steal_pointer (&key), template);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
load_files (MadoTemplates *templates, const char *directory, GPtrArray *problems)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (directory, 0, &problem);
  const char *name;

  if (dir == NULL) {
    add_problem (problems, "[reply] templates: %s", problem->message);
    return;
  }
  while ((name = g_dir_read_name (dir)) != NULL)
    if (*name != '.' && (g_str_has_suffix (name, ".txt") || g_str_has_suffix (name, ".inc")))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  for (guint i = 0; i < names->len; i++)
    load_file (templates, directory, names->pdata[i], problems);
}

/* A template that the team's languages do not have would never be found. */
static void
check_languages (const MadoTemplates *templates, const char *directory, GPtrArray *problems)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, templates->files);
  while (g_hash_table_iter_next (&iter, &key, &value)) {
    g_autofree char *name = base_name (key);
    if (((const Template *) value)->subject != NULL && !exists (templates, name))
      add_problem (problems, "%s/%s.txt: a template named NAME.LANGUAGE.txt has to be there in one of [team] languages, too",
                   directory, (char *) key);
  }
}

/* (transfer full) */
static MadoTemplates *
load (const char *directory, const char *const *languages, GPtrArray *problems)
{
  MadoTemplates *templates = g_new0 (MadoTemplates, 1);

  templates->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, template_free);
  templates->languages = g_strdupv ((char **) languages);
  load_files (templates, directory, problems);
  if (problems->len == 0)
    check_languages (templates, directory, problems);
  return templates;
}

MadoTemplates *
mado_templates_load (const char *directory, const char *const *languages, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (MadoTemplates) templates = load (directory, languages, problems);

  if (problems->len == 0)
    return g_steal_pointer (&templates);
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_CONF, problems->pdata[0]);
  return NULL;
}

char **
mado_templates_list (const MadoTemplates *templates)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, templates->files);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (((const Template *) value)->subject != NULL)
      g_ptr_array_add (names, g_strdup (key));
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

gboolean
mado_templates_check (const MadoTemplates *templates, const char *const *names, GError **error)
{
  for (gsize i = 0; names[i] != NULL; i++)
    if (!exists (templates, names[i])) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[reply] templates: there is no %s.LANGUAGE.txt in any of [team] languages",
                   names[i]);
      return FALSE;
    }
  return TRUE;
}

GPtrArray *
mado_templates_list_problems (const char *directory, const char *const *languages, const char *const *names)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (MadoTemplates) templates = load (directory, languages, problems);
  g_autoptr (GError) error = NULL;

  if (problems->len == 0 && !mado_templates_check (templates, names, &error))
    g_ptr_array_add (problems, g_strdup (error->message));
  return problems;
}

/* --- filling -------------------------------------------------------------------------------------------- */

/* Appends @text up to @end with its placeholders filled, one pass: what a value holds is never looked at again. @now: the
 * text of {now}. FALSE: there were placeholders, and all were empty. */
static gboolean
substitute_line (GString *out, const char *text, const char *end, const MadoTemplateValues *values, const char *now)
{
  gboolean has_placeholder = FALSE, has_value = FALSE;

  while (text < end) {
    gsize length = placeholder_at (text);
    int index = length > 0 ? placeholder_index (text, length) : -1;
    if (index < 0) {
      g_string_append_c (out, *text++);
      continue;
    }
    const char *value = index == NOW_INDEX ? now : G_STRUCT_MEMBER (const char *, values, placeholders[index].offset);
    has_placeholder = TRUE;
    has_value = has_value || (value != NULL && *value != '\0');
    g_string_append (out, value != NULL ? value : "");
    text += length;
  }
  return has_value || !has_placeholder;
}

/* (transfer full) @text line by line; those of which nothing remains are left out. */
static char *
substitute (const char *text, const MadoTemplateValues *values, const char *now)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0') {
    const char *end = strchr (text, '\n');
    gsize start = out->len;
    end = end != NULL ? end + 1 : text + strlen (text);
    if (!substitute_line (out, text, end, values, now))
      g_string_truncate (out, start);
    text = end;
  }
  return g_string_free (out, FALSE);
}

/* Adds @template in @language to what was written before. */
static void
add_filled (const MadoTemplates *templates, const Template *template, const char *language, const MadoTemplateValues *all,
            GString *subject, GString *body)
{
  MadoTemplateValues own = *all;
  const MadoTemplateValues *values = &own;

  for (char *const *pair = all->reasons; pair != NULL && pair[0] != NULL && pair[1] != NULL; pair += 2)
    if (g_ascii_strcasecmp (pair[0], language) == 0)
      own.reason = pair[1];

  const char *hours = hours_names[values->hours];
  const Template *fragment = hours != NULL ? find_file (templates, hours, NULL, language) : NULL;
  g_autofree char *now = fragment != NULL ? substitute (fragment->body, values, NULL) : NULL;
  const char *own_subject = template->subject;

  if (body->len > 0) {
    g_string_append_printf (body, "\n" SEPARATOR "\n\n");
    g_string_append (subject, " / ");
    if (g_str_has_prefix (own_subject, "[{ticket}] ")) /* once is enough */
      own_subject += strlen ("[{ticket}] ");
  }
  g_autofree char *filled_subject = substitute (own_subject, values, now);
  g_autofree char *filled_body = substitute (template->body, values, now);
  g_string_append (subject, filled_subject);
  g_string_append (body, filled_body);
}

gboolean
mado_templates_fill (const MadoTemplates *templates, const char *name, const char *const *variants, const char *language,
                     const MadoTemplateValues *values, char **subject, char **body, GError **error)
{
  const Template *template = language != NULL ? find_in (templates, name, variants, language) : NULL;
  g_autoptr (GString) all_subjects = g_string_new (NULL);
  g_autoptr (GString) all_bodies = g_string_new (NULL);

  if (template != NULL)
    add_filled (templates, template, language, values, all_subjects, all_bodies);
  for (char **other = templates->languages; *other != NULL && (language == NULL || all_bodies->len == 0); other++) {
    template = find_in (templates, name, variants, *other);
    if (template != NULL)
      add_filled (templates, template, *other, values, all_subjects, all_bodies);
  }
  if (all_bodies->len == 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "no answer template \"%s\"", name);
    return FALSE;
  }
  *subject = g_string_free (g_steal_pointer (&all_subjects), FALSE);
  *body = g_string_free (g_steal_pointer (&all_bodies), FALSE);
  return TRUE;
}
