/* armor.c: see armor.h. */
#include "madoguchi/pgp/armor.h"

#include "madoguchi/base/base64.h"

#include <string.h>

#define BEGIN "-----BEGIN PGP MESSAGE-----"
#define END "-----END PGP MESSAGE-----"
#define REPAIR_MAX (1024 * 1024)

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

/* RFC 9580, 6.1.1, four bits at a time. */
static guint32
checksum (const guint8 *bytes, gsize size)
{
  static const guint32 table[16] = { 0x000000, 0x864cfb, 0x8ad50d, 0x0c99f6, 0x93e6e1, 0x15aa1a, 0x1933ec, 0x9f7f17,
                                     0xa18139, 0x27cdc2, 0x2b5434, 0xad18cf, 0x3267d8, 0xb42b23, 0xb8b2d5, 0x3efe2e };
  guint32 sum = 0xb704ce;

  for (gsize i = 0; i < size; i++) {
    sum = ((sum << 4) & 0xffffff) ^ table[((sum >> 20) ^ (bytes[i] >> 4)) & 15];
    sum = ((sum << 4) & 0xffffff) ^ table[((sum >> 20) ^ bytes[i]) & 15];
  }
  return sum;
}

/* Writes the line that is the checksum of the base64 text between @start and @end. */
static void
write_checksum (const guint8 *start, const guint8 *end, char line[6])
{
  gint state = 0;
  guint save = 0;
  gsize length = (gsize) (end - start);
  g_autofree guchar *data = g_malloc (length / 4 * 3 + 6);
  g_autofree char *text = NULL;
  guint32 sum;

  length = g_base64_decode_step ((const char *) start, length, data, &state, &save);
  sum = checksum (data, length);
  text = g_base64_encode ((const guchar[]) { (guchar) (sum >> 16), (guchar) (sum >> 8), (guchar) sum }, 3);
  line[0] = '=';
  memcpy (line + 1, text, 4);
  line[5] = '\0';
}

static gboolean
has_prefix (const guint8 *line, gsize length, const char *prefix)
{
  return length >= strlen (prefix) && memcmp (line, prefix, strlen (prefix)) == 0;
}

/* Where the base64 text of the armour starts whose BEGIN line is before @rest: behind its header fields. */
static const guint8 *
pass_fields (Rest rest)
{
  const guint8 *line, *start = rest.at;
  gsize length;

  while (next_line (&rest, &line, &length) && memchr (line, ':', length) != NULL)
    start = rest.at;
  return start;
}

/* One armour block, or what is before the next one. */
typedef struct {
  const guint8 *start; /* of the base64 text */
  const guint8 *sum;   /* the line of the checksum; NULL: none */
  const guint8 *end;   /* the END line; NULL: none was found */
} Block;

/* Finds the next block in @rest, which is behind it afterwards. FALSE: there is none. */
static gboolean
next_block (Rest *rest, Block *block)
{
  const guint8 *line;
  gsize length;

  *block = (Block) { 0 };
  while (next_line (rest, &line, &length)) {
    if (has_prefix (line, length, "-----BEGIN PGP ")) {
      *block = (Block) { .start = is_line (line, length, "-----BEGIN PGP SIGNED MESSAGE-----") ? NULL : pass_fields (*rest) };
    } else if (block->start == NULL || line < block->start) {
      continue; /* outside of any, or a field, whatever it looks like */
    } else if (has_prefix (line, length, "-----END PGP ")) {
      block->end = line;
      return TRUE;
    } else if (length > 0) {
      block->sum = length == 5 && line[0] == '=' ? line : NULL;
    }
  }
  return FALSE;
}

GBytes *
mado_pgp_armor_repair (const guint8 *bytes, gsize size, gboolean *was_wrong)
{
  Rest rest = { bytes, bytes + size };
  g_autoptr (GByteArray) kept = NULL;
  const guint8 *done = bytes;
  Block block;

  *was_wrong = FALSE;
  if (size > REPAIR_MAX)
    return NULL;
  while (next_block (&rest, &block)) {
    char line[6];

    write_checksum (block.start, block.sum != NULL ? block.sum : block.end, line);
    if (block.sum != NULL && memcmp (block.sum, line, 5) == 0)
      continue;
    *was_wrong |= block.sum != NULL;
    if (kept == NULL)
      kept = g_byte_array_new ();
    g_byte_array_append (kept, done, (guint) ((block.sum != NULL ? block.sum : block.end) - done));
    g_byte_array_append (kept, (const guint8 *) line, 5);
    if (block.sum == NULL)
      g_byte_array_append (kept, (const guint8 *) "\n", 1);
    done = block.sum != NULL ? block.sum + 5 : block.end;
  }
  if (kept == NULL)
    return NULL;
  g_byte_array_append (kept, done, (guint) (rest.end - done));
  return g_byte_array_free_to_bytes (g_steal_pointer (&kept));
}
