/* fields.c: see fields.h. Called by the readers of ARF and, where its YAML is none, of X-ARF. Each line is looked at once. */
#include "madoguchi/report/fields.h"

#include <string.h>

#define NAME_MAX_SIZE 100

/* The length of the name at the start of @line, up to its colon; 0: there is none. */
static gsize
name_length (const char *line)
{
  gsize length = strspn (line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./@[]");
  gsize blanks = strspn (line + length, " \t");

  return length == 0 || length > NAME_MAX_SIZE || line[length + blanks] != ':' ? 0 : length;
}

static void
end_field (GPtrArray *fields, GString *value)
{
  if (fields->len % 2 == 1)
    g_ptr_array_add (fields, g_strdup (g_strstrip (value->str)));
}

GPtrArray *
mado_fields_read (const char *text, guint max, gboolean folds)
{
  GPtrArray *fields = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) value = g_string_new (NULL);

  for (const char *line = text; *line != '\0';) {
    gsize size = strcspn (line, "\r\n"), length = name_length (line);
    if (length > 0)
      end_field (fields, value);
    if (length > 0 && fields->len < 2 * max) {
      const char *colon = strchr (line, ':');
      g_ptr_array_add (fields, folds ? g_ascii_strdown (line, (gssize) length) : g_strndup (line, length));
      g_string_truncate (value, 0);
      g_string_append_len (value, colon + 1, (gssize) (size - (gsize) (colon + 1 - line)));
    } else if (length == 0 && (line[0] == ' ' || line[0] == '\t') && fields->len % 2 == 1) {
      g_string_append_c (value, ' ');
      g_string_append_len (value, line + strspn (line, " \t"), (gssize) (size - MIN (size, strspn (line, " \t"))));
    }
    line += size + strspn (line + size, "\r\n");
  }
  end_field (fields, value);
  return fields;
}
