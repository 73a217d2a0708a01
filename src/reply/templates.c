/* templates.c: see templates.h. Plain substitution: no conditions, no loops, nothing that could surprise. */
#include "madoguchi/reply/templates.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <string.h>

#define FILE_BYTES_MAX (64 * 1024)

typedef struct {
  char *subject;
  char *body;
} Template;

struct _MadoTemplates {
  GHashTable *files; /* "NAME.LANGUAGE" -> Template */
  char **languages;
};

static const struct {
  const char *name;
  gsize offset;
} placeholders[] = {
  { "ticket", offsetof (MadoTemplateValues, ticket) },
  { "team", offsetof (MadoTemplateValues, team) },
  { "address", offsetof (MadoTemplateValues, address) },
  { "fingerprint", offsetof (MadoTemplateValues, fingerprint) },
  { "office-hours", offsetof (MadoTemplateValues, office_hours) },
  { "date", offsetof (MadoTemplateValues, date) },
};

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

static gboolean
check_placeholders (const char *path, const char *text, GError **error)
{
  guint line = 1;

  for (const char *at = text; *at != '\0'; at++) {
    gsize length = placeholder_at (at);
    if (*at == '\n')
      line++;
    if (length > 0 && placeholder_index (at, length) < 0) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s:%u: unknown placeholder %.*s", path, line, (int) length, at);
      return FALSE;
    }
  }
  return TRUE;
}

/* (transfer full, nullable) */
static Template *
parse_file (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *text = NULL;
  Template *template;
  char *end;

  if (!mado_fsio_read_file (path, FILE_BYTES_MAX, &bytes, error))
    return NULL;
  text = g_bytes_get_size (bytes) == 0 ? g_strdup ("")
                                       : g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (!g_utf8_validate (text, (gssize) g_bytes_get_size (bytes), NULL)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: not UTF-8", path);
    return NULL;
  }
  if (!check_placeholders (path, text, error))
    return NULL;
  end = strchr (text, '\n');
  if (!g_str_has_prefix (text, "Subject: ") || end == NULL || end[1] != '\n') {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s:1: a template starts with \"Subject: ...\" and an empty line",
                 path);
    return NULL;
  }
  template = g_new0 (Template, 1);
  template->subject = g_strstrip (g_strndup (text + 9, (gsize) (end - text) - 9));
  template->body = g_strdup (end + 2);
  return template;
}

static gboolean
load_files (MadoTemplates *templates, const char *directory, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GDir) dir = g_dir_open (directory, 0, &problem);
  const char *name;

  if (dir == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[reply] templates: %s", problem->message);
    return FALSE;
  }
  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (directory, name, NULL);
    Template *template;
    if (*name == '.' || !g_str_has_suffix (name, ".txt"))
      continue;
    template = parse_file (path, error);
    if (template == NULL)
      return FALSE;
    g_hash_table_replace (templates->files, g_strndup (name, strlen (name) - 4), template);
  }
  return TRUE;
}

static const Template *
find (const MadoTemplates *templates, const char *name, const char *language)
{
  g_autofree char *key = language == NULL ? NULL : g_strdup_printf ("%s.%s", name, language);
  const Template *found = key == NULL ? NULL : g_hash_table_lookup (templates->files, key);

  for (char **other = templates->languages; *other != NULL && found == NULL; other++) {
    g_autofree char *next = g_strdup_printf ("%s.%s", name, *other);
    found = g_hash_table_lookup (templates->files, next);
  }
  return found;
}

static gboolean
check_languages (const MadoTemplates *templates, const char *directory, GError **error)
{
  GHashTableIter iter;
  gpointer key;

  g_hash_table_iter_init (&iter, templates->files);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    const char *dot = strrchr (key, '.');
    g_autofree char *name = g_strndup (key, dot == NULL ? 0 : (gsize) (dot - (char *) key));
    if (*name == '\0' || find (templates, name, NULL) == NULL) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_CONF,
                   "%s/%s.txt: a template is named NAME.LANGUAGE.txt and exists in one of [team] languages", directory,
                   (char *) key);
      return FALSE;
    }
  }
  return TRUE;
}

MadoTemplates *
mado_templates_load (const char *directory, const char *const *languages, GError **error)
{
  g_autoptr (MadoTemplates) templates = g_new0 (MadoTemplates, 1);

  templates->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, template_free);
  templates->languages = g_strdupv ((char **) languages);
  if (!load_files (templates, directory, error) || !check_languages (templates, directory, error))
    return NULL;
  return g_steal_pointer (&templates);
}

/* (transfer full) @text with its placeholders filled, one pass: what a value holds is never looked at again. */
static char *
substitute (const char *text, const MadoTemplateValues *values)
{
  GString *out = g_string_new (NULL);

  while (*text != '\0') {
    gsize length = placeholder_at (text);
    int index = length > 0 ? placeholder_index (text, length) : -1;
    if (index < 0) {
      g_string_append_c (out, *text++);
      continue;
    }
    {
      const char *value = G_STRUCT_MEMBER (const char *, values, placeholders[index].offset);
      g_string_append (out, value != NULL ? value : "");
    }
    text += length;
  }
  return g_string_free (out, FALSE);
}

gboolean
mado_templates_fill (const MadoTemplates *templates, const char *name, const char *language,
                     const MadoTemplateValues *values, char **subject, char **body, GError **error)
{
  const Template *template = find (templates, name, language);

  if (template == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "no answer template \"%s\"", name);
    return FALSE;
  }
  *subject = substitute (template->subject, values);
  *body = substitute (template->body, values);
  return TRUE;
}
