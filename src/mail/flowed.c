/* flowed.c: see flowed.h. One pass over the lines (RFC 3676, 4.1 to 4.6). */
#include "madoguchi/mail/flowed.h"

#include <string.h>

typedef struct {
  gsize depth;         /* of quoting */
  const char *content; /* without quote marks and the blank that was stuffed */
  gsize length;
  gboolean is_flowed, is_separator;
} Line;

static Line
read_line (const char *text, gsize length)
{
  Line line = { 0, text, length, FALSE, FALSE };

  while (line.length > 0 && line.content[0] == '>') {
    line.depth++;
    line.content++;
    line.length--;
  }
  if (line.length > 0 && line.content[0] == ' ') {
    line.content++;
    line.length--;
  }
  line.is_separator = line.length == 3 && memcmp (line.content, "-- ", 3) == 0;
  line.is_flowed = !line.is_separator && line.length > 0 && line.content[line.length - 1] == ' ';
  return line;
}

char *
mado_flowed_join (const char *text, gboolean delsp)
{
  GString *out = g_string_sized_new (strlen (text) + 1);
  Line before = { 0, "", 0, FALSE, TRUE };

  while (*text != '\0') {
    gsize length = strcspn (text, "\n");
    gboolean has_end = text[length] == '\n';
    Line line = read_line (text, length);
    gboolean goes_on = before.is_flowed && !line.is_separator && line.depth == before.depth;

    if (!goes_on) {
      if (before.is_flowed) /* a soft break with nothing to join is the end of a paragraph (4.5) */
        g_string_append_c (out, '\n');
      for (gsize i = 0; i < line.depth; i++)
        g_string_append_c (out, '>');
      if (line.depth > 0 && line.length > 0)
        g_string_append_c (out, ' ');
    }
    g_string_append_len (out, line.content, (gssize) (line.length - (line.is_flowed && delsp ? 1 : 0)));
    if (!line.is_flowed && has_end)
      g_string_append_c (out, '\n');
    before = line;
    text += length + has_end;
  }
  if (before.is_flowed)
    g_string_append_c (out, '\n');
  return g_string_free (out, FALSE);
}
