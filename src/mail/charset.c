/* charset.c: see charset.h. Which charset it is, is decided here; jis.c and convert.c read it, guess.c says what bytes
 * look like. */
#include "madoguchi/mail/charset.h"

#include "madoguchi/mail/convert.h"
#include "madoguchi/mail/guess.h"
#include "madoguchi/mail/jis.h"

#include <string.h>

/* How a charset is read, and by which signs a label for it is known to be untrue. */
typedef enum {
  KIND_NONE,     /* a label that says nothing */
  KIND_ASCII,
  KIND_UTF8,
  KIND_UTF7,
  KIND_WIDE,     /* UTF-16, UTF-32 */
  KIND_ESCAPES,  /* ISO 2022 in seven bits */
  KIND_DOUBLE,   /* one and two bytes */
  KIND_WESTERN,  /* one byte, and used for everything by mailers that do not know better */
  KIND_SINGLE    /* one byte, or whatever else iconv(3) knows */
} Kind;

/* Labels that are written for something else than iconv(3) calls so; all others of one kind. */
static const struct {
  const char *label;
  const char *charset;
  Kind kind;
} aliases[] = {
  { "iso-2022-jp", "iso-2022-jp", KIND_ESCAPES }, { "csiso2022jp", "iso-2022-jp", KIND_ESCAPES },
  { "iso-2022-jp-ms", "iso-2022-jp", KIND_ESCAPES }, { "cp50220", "iso-2022-jp", KIND_ESCAPES },
  { "cp50221", "iso-2022-jp", KIND_ESCAPES }, { "cp50222", "iso-2022-jp", KIND_ESCAPES },
  { "iso-2022-jp-1", "iso-2022-jp", KIND_ESCAPES }, { "iso-2022-jp-2", "iso-2022-jp", KIND_ESCAPES },
  { "iso-2022-jp-3", "iso-2022-jp", KIND_ESCAPES }, { "iso-2022-jp-2004", "iso-2022-jp", KIND_ESCAPES },
  { "csiso2022jp2", "iso-2022-jp", KIND_ESCAPES }, { "jis", "iso-2022-jp", KIND_ESCAPES },
  { "x-iso-2022-jp", "iso-2022-jp", KIND_ESCAPES }, { "iso2022-jp", "iso-2022-jp", KIND_ESCAPES },
  { "iso2022jp", "iso-2022-jp", KIND_ESCAPES }, { "iso-2022-kr", "iso-2022-kr", KIND_ESCAPES },
  { "csiso2022kr", "iso-2022-kr", KIND_ESCAPES }, { "iso-2022-cn", "iso-2022-cn", KIND_ESCAPES },
  { "iso-2022-cn-ext", "iso-2022-cn", KIND_ESCAPES },
  { "shift_jis", "cp932", KIND_DOUBLE }, { "shift-jis", "cp932", KIND_DOUBLE }, { "shiftjis", "cp932", KIND_DOUBLE },
  { "sjis", "cp932", KIND_DOUBLE }, { "x-sjis", "cp932", KIND_DOUBLE }, { "x-sjis-jp", "cp932", KIND_DOUBLE },
  { "s-jis", "cp932", KIND_DOUBLE }, { "x-ms-cp932", "cp932", KIND_DOUBLE }, { "windows-31j", "cp932", KIND_DOUBLE },
  { "windows-932", "cp932", KIND_DOUBLE }, { "cswindows31j", "cp932", KIND_DOUBLE },
  { "ms_kanji", "cp932", KIND_DOUBLE }, { "csshiftjis", "cp932", KIND_DOUBLE }, { "ms932", "cp932", KIND_DOUBLE },
  { "cp932", "cp932", KIND_DOUBLE }, { "cp943", "cp932", KIND_DOUBLE }, { "cp943c", "cp932", KIND_DOUBLE },
  { "shift_jis-2004", "shift_jisx0213", KIND_SINGLE }, { "shift_jisx0213", "shift_jisx0213", KIND_SINGLE },
  { "euc-jp", "euc-jp", KIND_DOUBLE }, { "x-euc-jp", "euc-jp", KIND_DOUBLE }, { "x-euc", "euc-jp", KIND_DOUBLE },
  { "eucjp", "euc-jp", KIND_DOUBLE }, { "ujis", "euc-jp", KIND_DOUBLE }, { "eucjp-ms", "euc-jp", KIND_DOUBLE },
  { "eucjp-win", "euc-jp", KIND_DOUBLE }, { "euc-jp-ms", "euc-jp", KIND_DOUBLE }, { "cp51932", "euc-jp", KIND_DOUBLE },
  { "cp20932", "euc-jp", KIND_DOUBLE }, { "cseucpkdfmtjapanese", "euc-jp", KIND_DOUBLE },
  { "euc-jis-2004", "euc-jisx0213", KIND_SINGLE }, { "euc-jisx0213", "euc-jisx0213", KIND_SINGLE },
  { "gb2312", "gb18030", KIND_DOUBLE }, { "gb_2312-80", "gb18030", KIND_DOUBLE }, { "csgb2312", "gb18030", KIND_DOUBLE },
  { "euc-cn", "gb18030", KIND_DOUBLE }, { "gbk", "gb18030", KIND_DOUBLE }, { "x-gbk", "gb18030", KIND_DOUBLE },
  { "cp936", "gb18030", KIND_DOUBLE }, { "ms936", "gb18030", KIND_DOUBLE }, { "windows-936", "gb18030", KIND_DOUBLE },
  { "gb18030", "gb18030", KIND_DOUBLE }, { "chinese", "gb18030", KIND_DOUBLE },
  { "big5", "big5", KIND_DOUBLE }, { "big-5", "big5", KIND_DOUBLE }, { "csbig5", "big5", KIND_DOUBLE },
  { "x-x-big5", "big5", KIND_DOUBLE }, { "cn-big5", "big5", KIND_DOUBLE }, { "cp950", "big5", KIND_DOUBLE },
  { "big5-hkscs", "big5", KIND_DOUBLE },
  { "ks_c_5601-1987", "cp949", KIND_DOUBLE }, { "ks_c_5601-1989", "cp949", KIND_DOUBLE },
  { "ks_c_5601", "cp949", KIND_DOUBLE }, { "ksc5601", "cp949", KIND_DOUBLE }, { "ksc_5601", "cp949", KIND_DOUBLE },
  { "korean", "cp949", KIND_DOUBLE }, { "euc-kr", "cp949", KIND_DOUBLE }, { "euckr", "cp949", KIND_DOUBLE },
  { "cseuckr", "cp949", KIND_DOUBLE }, { "uhc", "cp949", KIND_DOUBLE }, { "windows-949", "cp949", KIND_DOUBLE },
  { "cp949", "cp949", KIND_DOUBLE },
  { "utf-8", "utf-8", KIND_UTF8 }, { "utf8", "utf-8", KIND_UTF8 }, { "unicode-1-1-utf-8", "utf-8", KIND_UTF8 },
  { "x-utf-8", "utf-8", KIND_UTF8 }, { "utf8mb4", "utf-8", KIND_UTF8 },
  { "us-ascii", "us-ascii", KIND_ASCII }, { "ascii", "us-ascii", KIND_ASCII }, { "usascii", "us-ascii", KIND_ASCII },
  { "ansi_x3.4-1968", "us-ascii", KIND_ASCII }, { "7bit", "us-ascii", KIND_ASCII },
  { "iso-8859-1", "windows-1252", KIND_WESTERN }, { "latin1", "windows-1252", KIND_WESTERN },
  { "iso8859-1", "windows-1252", KIND_WESTERN }, { "iso_8859-1", "windows-1252", KIND_WESTERN },
  { "l1", "windows-1252", KIND_WESTERN }, { "cp1252", "windows-1252", KIND_WESTERN },
  { "windows-1252", "windows-1252", KIND_WESTERN }, { "iso-8859-15", "iso-8859-15", KIND_WESTERN },
  { "iso-8859-8-i", "iso-8859-8", KIND_SINGLE }, { "iso-8859-6-i", "iso-8859-6", KIND_SINGLE },
  { "dos-720", "cp720", KIND_SINGLE }, { "macintosh", "macintosh", KIND_SINGLE }, { "x-mac-roman", "macintosh", KIND_SINGLE },
  { "unknown-8bit", NULL, KIND_NONE }, { "x-unknown", NULL, KIND_NONE }, { "unknown", NULL, KIND_NONE },
  { "default", NULL, KIND_NONE }, { "x-user-defined", NULL, KIND_NONE }, { "8bit", NULL, KIND_NONE },
  { "binary", NULL, KIND_NONE }, { "", NULL, KIND_NONE },
};

/* Names of iconv(3) that may be labels: it also has names for what the machine happens to use, and options. */
static const char *const iconv_names[] = { "iso-8859-", "iso_8859-", "windows-", "cp", "koi8-", "ibm", "tis-620", "mac-",
                                           "viscii", "tcvn", "johab", "armscii-8", "georgian-", "hp-roman8", "euc-tw",
                                           "iso-ir-", "koi-8", "koi8", NULL };

/* A charset: what we call it and how it is read. */
typedef struct {
  const char *name;
  Kind kind;
} Charset;

static gboolean
has_high_bytes (const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] >= 0x80)
      return TRUE;
  return FALSE;
}

/* Valid UTF-8 with at least @least characters beyond ASCII. */
static gboolean
is_utf8 (const guint8 *bytes, gsize length, guint least)
{
  guint found = 0;

  for (gsize i = 0; i < length && found < least; i++)
    found += bytes[i] >= 0xc0;
  return found >= least && g_utf8_validate_len ((const char *) bytes, length, NULL);
}

static Charset
by_name (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (aliases); i++)
    if (g_str_equal (name, aliases[i].label))
      return (Charset) { aliases[i].charset, aliases[i].kind };
  return (Charset) { name, KIND_SINGLE };
}

static Charset
by_escapes (const guint8 *bytes, gsize length)
{
  static const char *const names[] = { "iso-2022-jp", "iso-2022-kr", "iso-2022-cn" };

  return (Charset) { names[mado_jis_family (bytes, length)], KIND_ESCAPES };
}

/* UTF-16 and UTF-32 by their marks, or by the NULs of text that is mostly ASCII; .name is NULL for anything else. */
static Charset
by_width (const guint8 *bytes, gsize length)
{
  gsize nuls[2] = { 0, 0 }, look_at = MIN (length & ~(gsize) 1, 4096);

  if (length >= 4 && (memcmp (bytes, "\xff\xfe\0\0", 4) == 0 || memcmp (bytes, "\0\0\xfe\xff", 4) == 0))
    return (Charset) { "utf-32", KIND_WIDE };
  if (length >= 2 && (memcmp (bytes, "\xff\xfe", 2) == 0 || memcmp (bytes, "\xfe\xff", 2) == 0))
    return (Charset) { "utf-16", KIND_WIDE };
  for (gsize i = 0; i < look_at; i++)
    nuls[i & 1] += bytes[i] == 0;
  if (look_at >= 4 && nuls[1] > look_at / 4 && nuls[0] == 0)
    return (Charset) { "utf-16le", KIND_WIDE };
  if (look_at >= 4 && nuls[0] > look_at / 4 && nuls[1] == 0)
    return (Charset) { "utf-16be", KIND_WIDE };
  return (Charset) { NULL, KIND_NONE };
}

/* What @bytes look like. */
static Charset
by_content (const guint8 *bytes, gsize length)
{
  Charset wide = by_width (bytes, length);

  if (wide.name != NULL)
    return wide;
  if (mado_jis_has_escape (bytes, length) && !is_utf8 (bytes, length, 1))
    return by_escapes (bytes, length);
  return by_name (mado_guess (bytes, length).charset);
}

/* Are the letters of ASCII themselves in it? Text in a charset of mainframes is nobody's honest mail, and a label of one on
 * a common text would hide it from us. */
static gboolean
keeps_ascii (MadoConvert *convert)
{
  static const char letters[] = "AZaz09<>@./:";
  g_autoptr (GString) out = g_string_new (NULL);

  return mado_convert_append (convert, (const guint8 *) letters, strlen (letters), out) == 0 && g_str_equal (out->str, letters);
}

/* The charset that @label (lower case) names; .name is NULL when it names none. */
static Charset
by_label (const char *label, guint *notes)
{
  Charset charset = by_name (label);

  if (strstr (label, "utf-7") != NULL || strstr (label, "utf7") != NULL) {
    *notes |= MADO_CHARSET_UTF7;
    return (Charset) { "utf-7", KIND_UTF7 };
  }
  if (charset.name != label)
    return charset;
  if (g_str_has_prefix (label, "utf-16") || g_str_has_prefix (label, "utf-32") || g_str_has_prefix (label, "ucs-2"))
    charset.kind = KIND_WIDE;
  else
    charset.kind = KIND_NONE;
  for (gsize i = 0; charset.kind == KIND_NONE && iconv_names[i] != NULL; i++)
    if (g_str_has_prefix (label, iconv_names[i]))
      charset.kind = KIND_SINGLE;
  if (charset.kind != KIND_NONE && strspn (label, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen (label)) {
    g_autoptr (MadoConvert) convert = mado_convert_new (label, 1);
    if (convert != NULL && (charset.kind == KIND_WIDE || keeps_ascii (convert)))
      return charset;
  }
  *notes |= MADO_CHARSET_UNKNOWN;
  return (Charset) { NULL, KIND_NONE };
}

/* Are most of the bytes beyond ASCII in @bytes well-formed UTF-8? Then it is UTF-8 that was damaged. */
static gboolean
is_mostly_utf8 (const guint8 *bytes, gsize length)
{
  gsize good = 0, bad = 0;

  for (gsize i = 0; i < length;) {
    gunichar c = bytes[i] < 0x80 ? bytes[i] : g_utf8_get_char_validated ((const char *) bytes + i, (gssize) MIN (length - i, 4));
    if (c == (gunichar) -1 || c == (gunichar) -2) {
      /* Half of what some programs make of a character beyond the first plane: a surrogate, three bytes. */
      gboolean is_surrogate = bytes[i] == 0xed && length - i > 2 && bytes[i + 1] >= 0xa0 && bytes[i + 2] >= 0x80;
      good += is_surrogate;
      bad += !is_surrogate;
      i += is_surrogate ? 3 : 1;
      continue;
    }
    good += bytes[i] >= 0x80;
    i += (gsize) g_unichar_to_utf8 (c, NULL);
  }
  return good > bad;
}

/* Would @bytes be text if they were not in @declared but in what they look like? Much better text, that is. */
static gboolean
is_untrue (const guint8 *bytes, gsize length, Charset declared)
{
  MadoGuess guess;
  int fit;

  if (declared.kind == KIND_WIDE) /* text of two bytes has NULs or line breaks, or at least some bytes beyond ASCII */
    return length >= 4 && memchr (bytes, 0, length) == NULL && (!has_high_bytes (bytes, length) || is_utf8 (bytes, length, 3));
  if (!has_high_bytes (bytes, length))
    return declared.kind != KIND_ESCAPES && mado_jis_has_escape (bytes, length);
  switch (declared.kind) {
  case KIND_ASCII:
    return TRUE;
  case KIND_UTF8:
    return !g_utf8_validate_len ((const char *) bytes, length, NULL) && !is_mostly_utf8 (bytes, length)
           && (mado_guess (bytes, length).score > 0 || mado_jis_has_escape (bytes, length));
  case KIND_WESTERN:
    if (is_utf8 (bytes, length, 1))
      return TRUE;
    guess = mado_guess (bytes, length);
    return guess.score >= 350 && guess.weight >= 24 && guess.latin <= 0 && !g_str_equal (guess.charset, "windows-1252");
  case KIND_DOUBLE:
    if (is_utf8 (bytes, length, 3))
      return TRUE;
    guess = mado_guess (bytes, length);
    fit = mado_guess_fit (bytes, length, declared.name);
    return !g_str_equal (guess.charset, declared.name) && guess.score >= fit + 400
           && (by_name (guess.charset).kind == KIND_DOUBLE || fit <= -1000);
  case KIND_ESCAPES:
    return !mado_jis_has_escape (bytes, length) && mado_guess (bytes, length).score > 0;
  case KIND_SINGLE:
    return is_utf8 (bytes, length, 3);
  case KIND_WIDE:
  case KIND_UTF7:
  case KIND_NONE:
  default:
    return FALSE;
  }
}

/* The charset to read @bytes with, and in @shown the name for people. */
static Charset
choose (const guint8 *bytes, gsize length, const char *label, char **shown, guint *notes)
{
  g_autofree char *folded = label == NULL ? NULL : g_ascii_strdown (label, -1);
  Charset charset = { NULL, KIND_NONE };

  if (folded != NULL) {
    g_strdelimit (folded, "\"'", ' ');
    charset = by_label (g_strstrip (folded), notes);
  }
  if (charset.kind == KIND_WIDE && g_str_equal (charset.name, "utf-16") && by_width (bytes, length).name == NULL)
    charset.name = "utf-16be"; /* RFC 2781, 4.3 */
  if (charset.name != NULL && charset.kind != KIND_UTF7 && !is_untrue (bytes, length, charset)) {
    *shown = g_steal_pointer (&folded);
    return charset;
  }
  if (charset.kind != KIND_UTF7 && charset.name != NULL)
    *notes |= MADO_CHARSET_OVERRULED;
  charset = by_content (bytes, length);
  *shown = g_strdup (charset.name);
  return charset;
}

static guint
append_utf8 (const guint8 *bytes, gsize length, GString *out)
{
  g_autofree char *valid = NULL;

  if (g_utf8_validate_len ((const char *) bytes, length, NULL)) {
    g_string_append_len (out, (const char *) bytes, (gssize) length);
    return 0;
  }
  valid = g_utf8_make_valid ((const char *) bytes, (gssize) length);
  g_string_append (out, valid);
  return 1;
}

static gsize
unit_of (Charset charset)
{
  if (charset.kind == KIND_WIDE)
    return g_str_has_prefix (charset.name, "utf-32") ? 4 : 2;
  return charset.kind == KIND_DOUBLE ? 0 : 1;
}

static guint
append_as (const guint8 *bytes, gsize length, Charset charset, GString *out)
{
  static const char *const names[][2] = { { "cp932", "CP932" }, { "big5", "BIG5-HKSCS" }, { "cp949", "UHC" } };
  g_autoptr (MadoConvert) convert = NULL;
  const char *name = charset.name;

  if (charset.kind == KIND_ESCAPES)
    return mado_jis_append (bytes, length,
                            g_str_equal (name, "iso-2022-kr")   ? MADO_JIS_KOREAN
                            : g_str_equal (name, "iso-2022-cn") ? MADO_JIS_CHINESE
                                                                : MADO_JIS_JAPANESE,
                            out);
  if (g_str_equal (name, "euc-jp"))
    return mado_jis_append_euc (bytes, length, out);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (name, names[i][0]))
      name = names[i][1];
  if (charset.kind != KIND_UTF8 && charset.kind != KIND_ASCII)
    convert = mado_convert_new (name, unit_of (charset));
  if (convert == NULL)
    return append_utf8 (bytes, length, out);
  return mado_convert_append (convert, bytes, length, out);
}

/* CR LF as LF; the mark in front that tells the byte order is no part of the text. */
static void
unify (char *text)
{
  char *to = text;

  for (const char *from = g_str_has_prefix (text, "\xef\xbb\xbf") ? text + 3 : text; *from != '\0'; from++)
    if (from[0] != '\r' || from[1] != '\n')
      *to++ = *from;
  *to = '\0';
}

char *
mado_charset_decode (const guint8 *bytes, gsize length, const char *label, char **used, guint *notes)
{
  g_autoptr (GString) out = g_string_sized_new (length + length / 2 + 16);
  g_autofree char *shown = NULL;
  guint found = 0;
  Charset charset;
  char *text;

  if (bytes == NULL) /* what an empty GBytes gives */
    bytes = (const guint8 *) "";
  charset = choose (bytes, length, label, &shown, &found);
  if (append_as (bytes, length, charset, out) > 0)
    found |= MADO_CHARSET_BROKEN;
  text = g_string_free (g_steal_pointer (&out), FALSE);
  unify (text);
  if (notes != NULL)
    *notes = found;
  if (used != NULL)
    *used = g_steal_pointer (&shown);
  return text;
}

gboolean
mado_charset_keeps_ascii (const char *label)
{
  g_autofree char *text = NULL, *folded = label == NULL ? NULL : g_ascii_strdown (label, -1);
  guint notes = 0;
  char ascii[128];
  gsize length = 0;

  for (char c = ' '; c < 127; c++)
    ascii[length++] = c;
  ascii[length++] = '\n';
  ascii[length] = '\0';
  if (label == NULL)
    return TRUE;
  if (by_label (g_strstrip (folded), &notes).kind == KIND_WIDE) /* that ASCII alone would be read as ASCII says nothing */
    return FALSE;
  text = mado_charset_decode ((const guint8 *) ascii, length, label, NULL, NULL);
  return g_str_equal (text, ascii);
}
