/* inline.c: see inline.h. The armour is written anew for the engine: without its header fields, which no signature
 * covers, with the empty line that mailers lose or fill with no-break spaces, and with nothing behind it. A block that
 * is cut, or that holds anything but base64 text, is no block: it stays what a person reads. */
#include "madoguchi/mail/inline.h"

#include <string.h>

#define TOKEN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:+"
#define DASHES "-----"

typedef struct {
  const char *start, *end; /* without line break and trailing blanks */
  const char *next;
} Line;

typedef struct {
  const char *at, *end;
} Cursor;

static const struct {
  const char *begin, *end;
  MadoInlineKind kind;
} kinds[] = {
  { "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----", MADO_INLINE_MESSAGE },
  { "-----BEGIN PGP SIGNED MESSAGE-----", "-----END PGP SIGNATURE-----", MADO_INLINE_SIGNED },
  { "-----BEGIN PGP PUBLIC KEY BLOCK-----", "-----END PGP PUBLIC KEY BLOCK-----", MADO_INLINE_KEY },
  { "-----BEGIN PGP PRIVATE KEY BLOCK-----", "-----END PGP PRIVATE KEY BLOCK-----", MADO_INLINE_SECRET },
};
static const char signature_begin[] = "-----BEGIN PGP SIGNATURE-----";

static gboolean
next_line (Cursor *cursor, Line *line)
{
  const char *feed;

  if (cursor->at >= cursor->end)
    return FALSE;
  feed = memchr (cursor->at, '\n', (gsize) (cursor->end - cursor->at));
  line->start = cursor->at;
  line->end = feed == NULL ? cursor->end : feed;
  line->next = cursor->at = feed == NULL ? cursor->end : feed + 1;
  while (line->end > line->start) {
    guchar last = (guchar) line->end[-1];
    if (last == ' ' || last == '\t' || last == '\r') {
      line->end--;
    } else if (last == 0xa0) { /* a no-break space, alone or in UTF-8 */
      line->end--;
      if (line->end > line->start && (guchar) line->end[-1] == 0xc2)
        line->end--;
    } else {
      break;
    }
  }
  return TRUE;
}

static gboolean
line_is (const Line *line, const char *words)
{
  gsize length = strlen (words);

  return (gsize) (line->end - line->start) == length && memcmp (line->start, words, length) == 0;
}

static gboolean
starts_with (const Line *line, const char *words)
{
  gsize length = strlen (words);

  return (gsize) (line->end - line->start) >= length && memcmp (line->start, words, length) == 0;
}

/* How many bytes of a dash stand at @at: a plain one, or a long one (UTF-8 or Windows-1252) that a keyboard made of two;
 * 0: none. */
static gsize
dash_length (const char *at, const char *end)
{
  guchar first = at < end ? (guchar) *at : 0;

  if (first == '-' || first == 0x96 || first == 0x97)
    return 1;
  return first == 0xe2 && end - at >= 3 && (guchar) at[1] == 0x80 && (guchar) at[2] >= 0x93 && (guchar) at[2] <= 0x95 ? 3 : 0;
}

/* Is @line @marker, or what a helpful keyboard makes of it? For encrypted messages alone: what is signed would not be what
 * was signed. */
static gboolean
is_marker (const Line *line, const char *marker)
{
  const char *at = line->start;
  gsize size, words = strlen (marker) - 2 * strlen (DASHES);

  if (line_is (line, marker))
    return TRUE;
  while ((size = dash_length (at, line->end)) > 0)
    at += size;
  if (at == line->start || (gsize) (line->end - at) <= words || memcmp (at, marker + strlen (DASHES), words) != 0)
    return FALSE;
  for (at += words; (size = dash_length (at, line->end)) > 0;)
    at += size;
  return at == line->end && (guchar) line->start[0] >= 0x80;
}

static gboolean
is_base64 (const Line *line)
{
  for (const char *at = line->start; at < line->end; at++)
    if (!g_ascii_isalnum (*at) && *at != '+' && *at != '/' && *at != '=')
      return FALSE;
  return TRUE;
}

static gboolean
is_armor_header (const Line *line)
{
  const char *colon = memchr (line->start, ':', (gsize) (line->end - line->start));

  if (colon == NULL || colon == line->start)
    return FALSE;
  for (const char *at = line->start; at < colon; at++)
    if (!g_ascii_isalnum (*at) && *at != '-')
      return FALSE;
  return TRUE;
}

static void
take_charset (const Line *line, char **charset)
{
  const char *at = line->start + strlen ("charset:");
  gsize length = 0;

  if (*charset != NULL || line->end - line->start <= 8 || g_ascii_strncasecmp (line->start, "charset:", 8) != 0)
    return;
  while (at < line->end && *at == ' ')
    at++;
  while (at + length < line->end && length < 40 && strchr (TOKEN, at[length]) != NULL && at[length] != '\0')
    length++;
  if (length > 0 && at + length == line->end)
    *charset = g_strndup (at, length);
}

/* Takes armour up to the line @end; @begin is the line before @cursor. */
static gboolean
take_armor (Cursor *cursor, const char *begin, const char *end, GString *armor, char **charset)
{
  gboolean in_header = TRUE;
  Line line;

  g_string_append (armor, begin);
  g_string_append (armor, "\n\n");
  while (next_line (cursor, &line)) {
    if (line_is (&line, end) || (begin == kinds[0].begin && is_marker (&line, end))) {
      g_string_append (armor, end);
      g_string_append_c (armor, '\n');
      return TRUE;
    }
    if (starts_with (&line, DASHES))
      return FALSE;
    if (line.start == line.end) {
      in_header = FALSE;
    } else if (in_header && is_armor_header (&line)) {
      take_charset (&line, charset);
    } else if (is_base64 (&line)) {
      in_header = FALSE;
      g_string_append_len (armor, line.start, line.end - line.start);
      g_string_append_c (armor, '\n');
    } else {
      return FALSE;
    }
  }
  return FALSE;
}

/* Takes clear-signed text; its first line is before @cursor. Only "Hash" may stand above the text: whatever else
 * stands there is shown to nobody and covered by nothing. */
static gboolean
take_signed (Cursor *cursor, const char *text, MadoInlineBlock *block, GString *armor)
{
  Line line;
  gboolean has_text = FALSE;

  g_string_append (armor, kinds[1].begin);
  g_string_append_c (armor, '\n');
  while (next_line (cursor, &line) && line.start < line.end) {
    if (!starts_with (&line, "Hash:") || memchr (line.start, '\0', (gsize) (line.end - line.start)) != NULL)
      return FALSE;
    g_string_append_len (armor, line.start, line.end - line.start);
    g_string_append_c (armor, '\n');
  }
  g_string_append_c (armor, '\n');
  block->text_start = (gsize) (cursor->at - text);
  while (next_line (cursor, &line)) {
    if (line_is (&line, signature_begin)) {
      block->text_size = (gsize) (line.start - text) - block->text_start;
      return has_text && take_armor (cursor, signature_begin, kinds[1].end, armor, &block->charset);
    }
    if (starts_with (&line, "-----BEGIN PGP ") || starts_with (&line, "-----END PGP ")
        || memchr (line.start, '\0', (gsize) (line.next - line.start)) != NULL)
      return FALSE;
    has_text = TRUE;
    g_string_append_len (armor, line.start, line.next - line.start);
  }
  return FALSE;
}

static void
free_block (gpointer data)
{
  MadoInlineBlock *block = data;

  g_free (block->armor);
  g_free (block->charset);
  g_free (block);
}

/* (nullable) the block that starts at @line; @cursor is behind that line, and behind the block afterwards. */
static MadoInlineBlock *
take_block (Cursor *cursor, const Line *line, const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++) {
    MadoInlineBlock *block;
    GString *armor;
    gboolean ok;

    if (!line_is (line, kinds[i].begin) && (i > 0 || !is_marker (line, kinds[i].begin)))
      continue;
    block = g_new0 (MadoInlineBlock, 1);
    armor = g_string_new (NULL);
    ok = kinds[i].kind == MADO_INLINE_SIGNED ? take_signed (cursor, text, block, armor)
                                             : take_armor (cursor, kinds[i].begin, kinds[i].end, armor, &block->charset);
    block->kind = kinds[i].kind;
    block->start = (gsize) (line->start - text);
    block->size = (gsize) (cursor->at - line->start);
    block->armor = g_string_free (armor, FALSE);
    if (ok)
      return block;
    free_block (block);
    return NULL;
  }
  return NULL;
}

static void
add_outside (GPtrArray *blocks, gsize start, gsize end)
{
  MadoInlineBlock *block;

  if (start >= end)
    return;
  block = g_new0 (MadoInlineBlock, 1);
  block->kind = MADO_INLINE_OUTSIDE;
  block->start = start;
  block->size = end - start;
  g_ptr_array_add (blocks, block);
}

GPtrArray *
mado_inline_find (const char *text, gsize size, guint max)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func (free_block);
  Cursor cursor = { text, text + size };
  gsize outside = 0;
  Line line;

  while (max > 0 && next_line (&cursor, &line)) {
    MadoInlineBlock *block;
    Cursor ahead = cursor;

    if (!starts_with (&line, "-----BEGIN PGP ") && !is_marker (&line, kinds[0].begin))
      continue;
    block = take_block (&ahead, &line, text);
    if (block == NULL)
      continue;
    add_outside (blocks, outside, block->start);
    g_ptr_array_add (blocks, block);
    outside = block->start + block->size;
    cursor = ahead;
    max--;
  }
  add_outside (blocks, outside, size);
  return blocks;
}

GBytes *
mado_inline_unescape (const char *text, gsize size)
{
  GByteArray *out = g_byte_array_sized_new ((guint) MIN (size, G_MAXUINT / 2));
  Cursor cursor = { text, text + size };
  Line line;

  while (next_line (&cursor, &line)) {
    const char *start = line.next - line.start >= 2 && line.start[0] == '-' && line.start[1] == ' ' ? line.start + 2 : line.start;
    g_byte_array_append (out, (const guint8 *) start, (guint) (line.next - start));
  }
  return g_byte_array_free_to_bytes (out);
}
