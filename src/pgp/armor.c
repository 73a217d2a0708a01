/* armor.c: see armor.h. */
#include "madoguchi/pgp/armor.h"

#include "madoguchi/base/base64.h"

#include <string.h>

#define BEGIN "-----BEGIN PGP MESSAGE-----"
#define END "-----END PGP MESSAGE-----"

/* What is still to be read. */
typedef struct {
  const guint8 *at, *end;
} Rest;

/* The next line without its end and the white space before that. FALSE: there is none. */
static gboolean
next_line (Rest *rest, const guint8 **line, gsize *length)
{
  const guint8 *feed, *stop;

  if (rest->at == rest->end)
    return FALSE;
  feed = memchr (rest->at, '\n', (gsize) (rest->end - rest->at));
  stop = feed == NULL ? rest->end : feed;
  *line = rest->at;
  rest->at = feed == NULL ? rest->end : feed + 1;
  while (stop > *line && g_ascii_isspace (stop[-1]))
    stop--;
  *length = (gsize) (stop - *line);
  return TRUE;
}

static gboolean
is_line (const guint8 *line, gsize length, const char *text)
{
  return length == strlen (text) && memcmp (line, text, length) == 0;
}

/* Passes over blank lines, BEGIN, header fields and the empty line after them. */
static gboolean
pass_head (Rest *rest)
{
  const guint8 *line;
  gsize length;

  do {
    if (!next_line (rest, &line, &length))
      return FALSE;
  } while (length == 0);
  if (!is_line (line, length, BEGIN))
    return FALSE;
  while (next_line (rest, &line, &length)) {
    if (length == 0)
      return TRUE;
    if (memchr (line, ':', length) == NULL)
      return FALSE;
  }
  return FALSE;
}

/* Decodes a last group that is padded, if there is one. Returns its bytes. */
static gsize
decode_padded (Rest *rest, guint8 *out)
{
  Rest ahead = *rest;
  const guint8 *line;
  guint8 group[4];
  gsize length, used, count;

  if (!next_line (&ahead, &line, &length) || length != 4 || line[3] != '=' || line[0] == '=' || line[1] == '=')
    return 0;
  count = line[2] == '=' ? 1 : 2;
  memcpy (group, line, 4);
  memset (group + count + 1, 'A', 3 - count);
  if (mado_base64_decode (group, 4, out, &used) == 0)
    return 0;
  rest->at = ahead.at;
  return count;
}

/* Is all that is left an optional checksum, END and white space? */
static gboolean
is_tail (Rest rest)
{
  const guint8 *line;
  gsize length;

  if (!next_line (&rest, &line, &length))
    return FALSE;
  if (length == 5 && line[0] == '=' && !next_line (&rest, &line, &length))
    return FALSE;
  if (!is_line (line, length, END))
    return FALSE;
  while (next_line (&rest, &line, &length))
    if (length > 0)
      return FALSE;
  return TRUE;
}

gboolean
mado_pgp_dearmor (const guint8 *bytes, gsize size, GBytes **binary)
{
  Rest rest = { bytes, bytes + size };
  g_autofree guint8 *out = NULL;
  gsize length, used;

  if (size == 0 || !pass_head (&rest))
    return FALSE;
  out = g_malloc ((gsize) (rest.end - rest.at) / 4 * 3 + 3);
  length = mado_base64_decode (rest.at, (gsize) (rest.end - rest.at), out, &used);
  rest.at += used;
  length += decode_padded (&rest, out + length);
  if (length == 0 || !(out[0] & 0x80) || !is_tail (rest)) /* the first bit of every packet: else gpg takes it for text */
    return FALSE;
  *binary = g_bytes_new_take (g_steal_pointer (&out), length);
  return TRUE;
}
