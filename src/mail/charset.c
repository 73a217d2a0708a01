/* charset.c: see charset.h. glibc has neither CP50221 nor a tolerant decoder, so JIS becomes Shift_JIS here and
 * CP932 does the rest, piece by piece around the bytes that it refuses. */
#include "madoguchi/mail/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"

/* Labels that are written for something else than iconv(3) calls so. */
static const struct {
  const char *label;
  const char *charset;
} aliases[] = {
  { "iso-2022-jp", "cp50221" },      { "csiso2022jp", "cp50221" },   { "iso-2022-jp-ms", "cp50221" },
  { "cp50220", "cp50221" },          { "cp50221", "cp50221" },       { "cp50222", "cp50221" },
  { "iso-2022-jp-1", "cp50221" },    { "jis", "cp50221" },           { "shift_jis", "cp932" },
  { "shift-jis", "cp932" },          { "sjis", "cp932" },            { "x-sjis", "cp932" },
  { "x-ms-cp932", "cp932" },         { "windows-31j", "cp932" },     { "cswindows31j", "cp932" },
  { "ms_kanji", "cp932" },           { "csshiftjis", "cp932" },      { "ms932", "cp932" },
  { "cp932", "cp932" },              { "euc-jp", "euc-jp-ms" },      { "x-euc-jp", "euc-jp-ms" },
  { "cseucpkdfmtjapanese", "euc-jp-ms" }, { "utf8", "utf-8" },       { "unicode-1-1-utf-8", "utf-8" },
  { "utf-8", "utf-8" },              { "us-ascii", "us-ascii" },     { "ascii", "us-ascii" },
  { "ansi_x3.4-1968", "us-ascii" },  { "iso-8859-1", "windows-1252" }, { "latin1", "windows-1252" },
  { "iso_8859-1", "windows-1252" },  { "gb2312", "gb18030" },        { "gbk", "gb18030" },
  { "ks_c_5601-1987", "cp949" },     { "euc-kr", "cp949" },          { "iso-8859-8-i", "iso-8859-8" },
  { "x-gbk", "gb18030" },            { "big5", "big5-hkscs" },       { "unknown-8bit", NULL },
  { "x-unknown", NULL },             { "unknown", NULL },            { "default", NULL },
  { "utf-7", NULL }, /* hides markup; nobody writes it in good faith */
};

/* JIS (with its escapes) to Shift_JIS. The mode ends at a line break, as folding and lost escapes leave it. */
static GByteArray *
jis_to_sjis (const guint8 *bytes, gsize length)
{
  static const struct {
    char sequence[4];
    char mode;
  } escapes[] = { { "$B", 'J' }, { "$@", 'J' }, { "$(B", 'J' }, { "(B", 'A' }, { "(J", 'A' }, { "(I", 'K' } };
  GByteArray *out = g_byte_array_sized_new ((guint) length);
  char mode = 'A';

  for (gsize i = 0; i < length;) {
    guint8 c = bytes[i];
    if (c == 0x1b) {
      gsize e, known = G_N_ELEMENTS (escapes), size = 0;
      for (e = 0; e < known; e++) {
        size = strlen (escapes[e].sequence);
        if (length - i - 1 >= size && memcmp (bytes + i + 1, escapes[e].sequence, size) == 0)
          break;
      }
      if (e < known) {
        mode = escapes[e].mode;
        i += 1 + size;
        continue;
      }
      c = 0xfd; /* an escape we do not know: a byte that CP932 refuses */
    }
    if (c == '\n' || c == '\r')
      mode = 'A';
    if (mode == 'J' && c >= 0x21 && c <= 0x7e && i + 1 < length && bytes[i + 1] >= 0x21 && bytes[i + 1] <= 0x7e) {
      guint8 low = bytes[i + 1];
      guint8 pair[2] = { (guint8) (((c - 0x21) >> 1) + (c <= 0x5e ? 0x81 : 0xc1)),
                         (guint8) ((c & 1) ? low + 0x1f + (low >= 0x60 ? 1 : 0) : low + 0x7e) };
      g_byte_array_append (out, pair, 2);
      i += 2;
      continue;
    }
    if (mode == 'K' && c >= 0x21 && c <= 0x5f)
      c |= 0x80;
    g_byte_array_append (out, &c, 1);
    i++;
  }
  return out;
}

/* A NUL would end our strings. */
static void
append_text (GString *out, const char *text, gsize length, gboolean *unknown)
{
  const char *nul;

  while ((nul = memchr (text, 0, length)) != NULL) {
    g_string_append_len (out, text, nul - text);
    g_string_append (out, REPLACEMENT);
    *unknown = TRUE;
    length -= (gsize) (nul + 1 - text);
    text = nul + 1;
  }
  g_string_append_len (out, text, (gssize) length);
}

/* @bytes by iconv(3), a U+FFFD for each byte that it refuses. NULL when it does not know @charset. */
static char *
convert (const guint8 *bytes, gsize length, const char *charset, gboolean *unknown)
{
  iconv_t converter = iconv_open ("UTF-8", charset);
  g_autoptr (GString) out = NULL;
  char *in = (char *) bytes;
  gsize left = length;

  if (converter == (iconv_t) -1)
    return NULL;
  out = g_string_sized_new (length + length / 2 + 16);
  while (left > 0) {
    char chunk[4096];
    char *next = chunk;
    gsize room = sizeof chunk;
    gsize got = iconv (converter, &in, &left, &next, &room);
    int problem = errno;

    append_text (out, chunk, (gsize) (next - chunk), unknown);
    if (got != (gsize) -1 || problem == E2BIG || left == 0)
      continue;
    g_string_append (out, REPLACEMENT);
    *unknown = TRUE;
    in++;
    left--;
    iconv (converter, NULL, NULL, NULL, NULL);
  }
  iconv_close (converter);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static char *
from_utf8 (const guint8 *bytes, gsize length, gboolean *unknown)
{
  *unknown = !g_utf8_validate_len ((const char *) bytes, length, NULL);
  return g_utf8_make_valid ((const char *) bytes, (gssize) length);
}

/* CR LF as LF. */
static void
unify_line_ends (char *text)
{
  char *to = text;

  for (const char *from = text; *from != '\0'; from++)
    if (from[0] != '\r' || from[1] != '\n')
      *to++ = *from;
  *to = '\0';
}

static gboolean
has_jis_escape (const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i + 2 < length; i++)
    if (bytes[i] == 0x1b && ((bytes[i + 1] == '$' && (bytes[i + 2] == 'B' || bytes[i + 2] == '@'))
                             || (bytes[i + 1] == '(' && bytes[i + 2] == 'I')))
      return TRUE;
  return FALSE;
}

/* How badly @bytes fit @charset, of which two bytes make a Japanese character: refused bytes, and pairs that
 * people do not write (half-width kana in a row are what EUC-JP looks like when read as CP932). */
static guint
misfit (const guint8 *bytes, gsize length, const char *charset)
{
  gboolean unknown = FALSE;
  g_autofree char *text = convert (bytes, MIN (length, 65536), charset, &unknown);
  guint bad = 0;

  if (text == NULL)
    return G_MAXUINT;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (c == 0xfffd)
      bad += 10;
    else if (c >= 0xff61 && c <= 0xff9f)
      bad += 1;
  }
  return bad;
}

/* The charset of text that has no label, or a label that cannot be true. */
static const char *
guess (const guint8 *bytes, gsize length)
{
  guint sjis, euc;

  if (has_jis_escape (bytes, length))
    return "cp50221";
  if (g_utf8_validate_len ((const char *) bytes, length, NULL))
    return "utf-8";
  sjis = misfit (bytes, length, "CP932");
  euc = misfit (bytes, length, "EUC-JP-MS");
  if (sjis == 0 || euc == 0 || MIN (sjis, euc) < length / 20)
    return sjis <= euc ? "cp932" : "euc-jp-ms";
  return "windows-1252";
}

static gboolean
is_ascii (const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] >= 0x80)
      return FALSE;
  return TRUE;
}

/* The charset to read @bytes with, and in @shown the name for people. */
static const char *
choose (const guint8 *bytes, gsize length, const char *label, char **shown)
{
  g_autofree char *folded = label == NULL ? NULL : g_strstrip (g_ascii_strdown (label, -1));
  const char *charset = folded;

  for (gsize i = 0; folded != NULL && i < G_N_ELEMENTS (aliases); i++)
    if (g_str_equal (folded, aliases[i].label))
      charset = aliases[i].charset;
  if (charset != NULL && g_str_equal (charset, "us-ascii") && (!is_ascii (bytes, length) || has_jis_escape (bytes, length)))
    charset = NULL;
  if (charset != NULL && g_str_equal (charset, "utf-8") && has_jis_escape (bytes, length))
    charset = NULL;
  if (charset == NULL || charset[0] == '\0') {
    charset = guess (bytes, length);
    *shown = g_strdup (g_str_equal (charset, "cp50221") ? "iso-2022-jp" : charset);
    if (is_ascii (bytes, length) && g_str_equal (charset, "utf-8")) {
      g_free (*shown);
      *shown = g_strdup ("us-ascii");
    }
    return charset;
  }
  *shown = g_steal_pointer (&folded);
  return charset == NULL ? "utf-8" : g_str_equal (charset, *shown) ? *shown : charset;
}

char *
mado_charset_decode (const guint8 *bytes, gsize length, const char *label, char **used, gboolean *unknown)
{
  g_autofree char *shown = NULL;
  gboolean refused = FALSE;
  const char *charset;
  char *text;

  if (bytes == NULL) /* what an empty GBytes gives */
    bytes = (const guint8 *) "";
  charset = choose (bytes, length, label, &shown);

  if (g_str_equal (charset, "cp50221")) {
    g_autoptr (GByteArray) sjis = jis_to_sjis (bytes, length);
    text = convert (sjis->data, sjis->len, "CP932", &refused);
  } else if (g_str_equal (charset, "utf-8")) {
    text = from_utf8 (bytes, length, &refused);
  } else {
    text = convert (bytes, length, charset, &refused);
    if (text == NULL) { /* a label that nobody knows */
      g_clear_pointer (&shown, g_free);
      return mado_charset_decode (bytes, length, NULL, used, unknown);
    }
  }
  unify_line_ends (text);
  if (unknown != NULL)
    *unknown = refused;
  if (used != NULL)
    *used = g_steal_pointer (&shown);
  return text;
}
