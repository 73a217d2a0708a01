/* convert.c: see convert.h. */
#include "madoguchi/mail/convert.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#define KEPT_MAX 300 /* there are fewer tables */
#define REPLACEMENT "\xef\xbf\xbd"

struct _MadoConvert {
  iconv_t converter;
  gsize unit;
  gboolean has_kana; /* bytes 0xa0 to 0xdf are characters of their own, those from 0xfd on are none */
};

/* glibc unloads the table of a charset soon after its last converter is closed, and to load it again takes 0.1 ms: a
 * header of many short words in many charsets would cost a second. So one converter of each charset that was ever used
 * stays open as long as this thread, which is that of a child that reads one mail. Nothing is ever read from them. */
static void
keep_loaded (const char *charset)
{
  static _Thread_local GHashTable *kept;

  if (kept == NULL)
    kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  if (g_hash_table_size (kept) < KEPT_MAX && !g_hash_table_contains (kept, charset))
    g_hash_table_insert (kept, g_strdup (charset), iconv_open ("UTF-8", charset));
}

MadoConvert *
mado_convert_new (const char *charset, gsize unit)
{
  iconv_t converter = iconv_open ("UTF-8", charset);
  MadoConvert *convert;

  if (converter == (iconv_t) -1)
    return NULL;
  keep_loaded (charset);
  convert = g_new0 (MadoConvert, 1);
  convert->converter = converter;
  convert->unit = unit;
  convert->has_kana = g_str_equal (charset, "CP932");
  return convert;
}

void
mado_convert_free (MadoConvert *convert)
{
  if (convert == NULL)
    return;
  iconv_close (convert->converter);
  g_free (convert);
}

/* A NUL would end our strings. */
static guint
append_text (GString *out, const char *text, gsize length)
{
  const char *nul;
  guint count = 0;

  while ((nul = memchr (text, 0, length)) != NULL) {
    g_string_append_len (out, text, nul - text);
    g_string_append (out, REPLACEMENT);
    count++;
    length -= (gsize) (nul + 1 - text);
    text = nul + 1;
  }
  g_string_append_len (out, text, (gssize) length);
  return count;
}

/* Back to the initial state; some charsets hold a character back until they have seen the next one. */
static guint
rest (MadoConvert *convert, GString *out)
{
  char chunk[64];
  char *next = chunk;
  gsize room = sizeof chunk;

  iconv (convert->converter, NULL, NULL, &next, &room);
  return append_text (out, chunk, (gsize) (next - chunk));
}

/* How many bytes to skip where @bytes are refused: of a pair that means nothing both, unless the second one may be
 * ASCII, that is, text of its own. */
static gsize
skip_length (const MadoConvert *convert, const guint8 *bytes, gsize left)
{
  gboolean is_lead = convert->has_kana ? (bytes[0] >= 0x81 && bytes[0] <= 0x9f) || (bytes[0] >= 0xe0 && bytes[0] <= 0xfc)
                                       : bytes[0] >= 0x81 && bytes[0] <= 0xfe;

  if (convert->unit > 0)
    return MIN (convert->unit, left);
  return is_lead && left > 1 && bytes[1] >= 0x80 && bytes[1] <= 0xfe ? 2 : 1;
}

guint
mado_convert_append (MadoConvert *convert, const guint8 *bytes, gsize length, GString *out)
{
  char *in = (char *) bytes;
  gsize left = length;
  guint refused = 0;

  while (left > 0) {
    char chunk[4096];
    char *next = chunk;
    gsize room = sizeof chunk, skip;
    gsize got = iconv (convert->converter, &in, &left, &next, &room);
    int problem = errno;

    refused += append_text (out, chunk, (gsize) (next - chunk));
    if (got != (gsize) -1 || problem == E2BIG || left == 0)
      continue;
    refused += rest (convert, out) + 1;
    g_string_append (out, REPLACEMENT);
    skip = skip_length (convert, (const guint8 *) in, left);
    in += skip;
    left -= skip;
  }
  return refused + rest (convert, out);
}
