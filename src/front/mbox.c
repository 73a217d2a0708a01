/* mbox.c: see mbox.h. Pure; called by verb-ingest. Must never change any other byte of a mail. */
#include "madoguchi/front/mbox.h"

#include <string.h>

#define FROM "From "

static gboolean
starts_with_from (const char *line, gsize length)
{
  return length >= strlen (FROM) && memcmp (line, FROM, strlen (FROM)) == 0;
}

static gsize
line_length (const char *line, gsize length)
{
  const char *end = memchr (line, '\n', length);

  return end != NULL ? (gsize) (end - line) + 1 : length;
}

static gboolean
is_empty_line (const char *line, gsize length)
{
  return (length == 1 && line[0] == '\n') || (length == 2 && line[0] == '\r' && line[1] == '\n');
}

gboolean
mado_mbox_is (const char *data, gsize length)
{
  return starts_with_from (data, length);
}

gboolean
mado_mbox_next (const char *data, gsize length, gsize *position, MadoMboxMail *mail)
{
  gsize at = *position, empty = 0; /* bytes of the empty line just seen */

  if (at >= length)
    return FALSE;
  at += line_length (data + at, length - at);
  mail->start = at;
  while (at < length) {
    gsize line = line_length (data + at, length - at);
    if (empty > 0 && starts_with_from (data + at, length - at))
      break;
    empty = is_empty_line (data + at, line) ? line : 0;
    at += line;
  }
  mail->end = at - empty;
  *position = at;
  return TRUE;
}

GBytes *
mado_mbox_unquote (const char *data, gsize length)
{
  GByteArray *out = g_byte_array_sized_new ((guint) MIN (length, G_MAXUINT / 2));

  for (gsize at = 0; at < length;) {
    gsize line = line_length (data + at, length - at), marks = 0;
    while (marks < line && data[at + marks] == '>')
      marks++;
    gsize skip = marks > 0 && starts_with_from (data + at + marks, line - marks) ? 1 : 0;
    g_byte_array_append (out, (const guint8 *) data + at + skip, (guint) (line - skip));
    at += line;
  }
  return g_byte_array_free_to_bytes (out);
}
