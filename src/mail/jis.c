/* jis.c: see jis.h. glibc has no CP50221, and its ISO-2022 decoders give up at the first thing that the standard does
 * not have. So the escapes are read here, and what stands between them goes to iconv(3) as the 8-bit charset of the
 * same characters. Repairs: escapes that folding has cut, text that goes on in the next line, half characters. */
#include "madoguchi/mail/jis.h"

#include "madoguchi/mail/convert.h"

#include <string.h>

#define ESCAPE 0x1b
#define REPLACEMENT "\xef\xbf\xbd"

/* What the bytes between two escapes are. */
typedef enum {
  SET_ASCII,
  SET_KANA,     /* JIS X 0201, right half */
  SET_0208,     /* with the rows of NEC and IBM */
  SET_0212,
  SET_0213_1,
  SET_0213_2,
  SET_GB,
  SET_KS,
  SET_CNS_1,
  SET_CNS_2,
  SET_LATIN,    /* the 96 characters of a part of ISO 8859, reached by ESC N */
  SET_GREEK,
  SET_NONE
} Set;

/* How iconv(3) reads each of them: name, and bytes of a character. */
static const struct {
  const char *charset;
  gsize unit;
} readers[SET_NONE] = {
  [SET_ASCII] = { "CP932", 0 },       [SET_KANA] = { "CP932", 1 },        [SET_0208] = { "CP932", 2 },
  [SET_0212] = { "EUC-JP-MS", 3 },    [SET_0213_1] = { "EUC-JISX0213", 2 }, [SET_0213_2] = { "EUC-JISX0213", 3 },
  [SET_GB] = { "GB18030", 2 },        [SET_KS] = { "UHC", 2 },            [SET_CNS_1] = { "EUC-TW", 2 },
  [SET_CNS_2] = { "EUC-TW", 4 },      [SET_LATIN] = { "ISO-8859-1", 1 },  [SET_GREEK] = { "ISO-8859-7", 1 },
};

typedef enum { TO_G0, TO_G1, TO_G2, TO_NOWHERE } Slot;

static const struct {
  char sequence[4];
  Slot slot;
  Set set;
} escapes[] = {
  { "$B", TO_G0, SET_0208 },    { "$@", TO_G0, SET_0208 },   { "$(B", TO_G0, SET_0208 },   { "$(@", TO_G0, SET_0208 },
  { "(B", TO_G0, SET_ASCII },   { "(J", TO_G0, SET_ASCII },  { "(H", TO_G0, SET_ASCII },   { "(I", TO_G0, SET_KANA },
  { "$(D", TO_G0, SET_0212 },   { "$(O", TO_G0, SET_0213_1 }, { "$(Q", TO_G0, SET_0213_1 }, { "$(P", TO_G0, SET_0213_2 },
  { "$A", TO_G0, SET_GB },      { "$(A", TO_G0, SET_GB },    { "$(C", TO_G0, SET_KS },     { "$)C", TO_G1, SET_KS },
  { "$)A", TO_G1, SET_GB },     { "$)G", TO_G1, SET_CNS_1 }, { ")I", TO_G1, SET_KANA },    { "$*H", TO_G2, SET_CNS_2 },
  { ".A", TO_G2, SET_LATIN },   { ".F", TO_G2, SET_GREEK },  { "&@", TO_NOWHERE, SET_NONE },
};

typedef struct {
  const guint8 *bytes;
  gsize length, at;
  GString *out;
  GByteArray *run; /* not yet converted, of set @run_set */
  Set run_set;
  MadoConvert *converters[SET_NONE]; /* kept: a text may switch with every character */
  Set g0, g1, g2;
  gboolean is_shifted; /* SO: G1 is invoked */
  MadoJisFamily family;
  guint refused;
  gsize known_until; /* what goes_on () found holds up to here */
  gboolean known;
} Decoder;

static void
flush (Decoder *decoder)
{
  MadoConvert **convert = &decoder->converters[decoder->run_set];

  if (decoder->run->len == 0)
    return;
  if (*convert == NULL)
    *convert = mado_convert_new (readers[decoder->run_set].charset, readers[decoder->run_set].unit);
  if (*convert != NULL)
    decoder->refused += mado_convert_append (*convert, decoder->run->data, decoder->run->len, decoder->out);
  else {
    decoder->refused++;
    g_string_append (decoder->out, REPLACEMENT);
  }
  g_byte_array_set_size (decoder->run, 0);
}

static void
refuse (Decoder *decoder)
{
  flush (decoder);
  decoder->refused++;
  g_string_append (decoder->out, REPLACEMENT);
}

static void
add (Decoder *decoder, Set set, const guint8 *bytes, guint length)
{
  if (decoder->run_set != set) {
    flush (decoder);
    decoder->run_set = set;
  }
  g_byte_array_append (decoder->run, bytes, length);
}

static gboolean
is_graphic (guint8 c)
{
  return c >= 0x21 && c <= 0x7e;
}

/* Would a line that is folded here, or a blank in its place, stand at @at? Returns its length. */
static gsize
fold_length (const Decoder *decoder, gsize at)
{
  gsize i = at;

  while (i < decoder->length && i - at < 8 && strchr ("\r\n\t ", decoder->bytes[i]) != NULL && decoder->bytes[i] != 0)
    i++;
  return i - at;
}

/* Bytes of the escape sequence at @at (which is ESC), also when it was folded inside; 0: none that we know. */
static gsize
match_escape (const Decoder *decoder, gsize at, gsize *which)
{
  for (gsize e = 0; e < G_N_ELEMENTS (escapes); e++) {
    const char *sequence = escapes[e].sequence;
    gsize i = at + 1;

    for (; *sequence != '\0'; sequence++, i++) {
      i += fold_length (decoder, i);
      if (i >= decoder->length || decoder->bytes[i] != (guint8) *sequence)
        break;
    }
    if (*sequence == '\0') {
      *which = e;
      return i - at;
    }
  }
  return 0;
}

/* One character of two bytes. What JIS X 0208 with its extensions lacks may be one of JIS X 0213. */
static void
add_pair (Decoder *decoder, Set set, guint8 c, guint8 low)
{
  guint8 euc[4] = { 0x8f, (guint8) (c | 0x80), (guint8) (low | 0x80), 0 };
  guint8 sjis[2] = { (guint8) (((c - 0x21) >> 1) + (c <= 0x5e ? 0x81 : 0xc1)),
                     (guint8) ((c & 1) ? low + 0x1f + (low >= 0x60 ? 1 : 0) : low + 0x7e) };
  guint8 cns[4] = { 0x8e, 0xa2, euc[1], euc[2] };

  switch (set) {
  case SET_0208:
    if ((c >= 0x29 && c <= 0x2f && c != 0x2d) || (c >= 0x75 && c <= 0x78) || c >= 0x7d) /* rows that CP932 has not */
      add (decoder, SET_0213_1, euc + 1, 2);
    else
      add (decoder, set, sjis, 2);
    break;
  case SET_0212:
  case SET_0213_2:
    add (decoder, set, euc, 3);
    break;
  case SET_CNS_2:
    add (decoder, set, cns, 4);
    break;
  default:
    add (decoder, set, euc + 1, 2);
    break;
  }
}

/* ESC N: the next character is one of G2 (ISO-2022-JP-2, ISO-2022-CN). FALSE: it is not. */
static gboolean
take_single_shift (Decoder *decoder)
{
  const guint8 *bytes = decoder->bytes + decoder->at;
  gsize left = decoder->length - decoder->at;

  if (left < 3 || bytes[1] != 'N' || decoder->g2 == SET_NONE)
    return FALSE;
  if (decoder->g2 == SET_CNS_2) {
    if (left < 4 || !is_graphic (bytes[2]) || !is_graphic (bytes[3]))
      return FALSE;
    add_pair (decoder, SET_CNS_2, bytes[2], bytes[3]);
    decoder->at += 4;
    return TRUE;
  }
  if ((bytes[2] & 0x7f) < 0x20)
    return FALSE;
  guint8 c = bytes[2] | 0x80;
  add (decoder, decoder->g2, &c, 1);
  decoder->at += 3;
  return TRUE;
}

static void
take_escape (Decoder *decoder)
{
  gsize which = 0, length = match_escape (decoder, decoder->at, &which);

  if (length == 0) {
    if (take_single_shift (decoder))
      return;
    refuse (decoder); /* an escape that we do not know; what follows is shown */
    decoder->at++;
    return;
  }
  decoder->at += length;
  if (escapes[which].slot == TO_G0) {
    decoder->g0 = escapes[which].set;
    decoder->is_shifted = FALSE;
  } else if (escapes[which].slot == TO_G1)
    decoder->g1 = escapes[which].set;
  else if (escapes[which].slot == TO_G2)
    decoder->g2 = escapes[which].set;
}

/* Does text that is not ASCII go on after the line break or blank at @at? It does when the line that follows switches
 * back to ASCII itself, before it switches to anything else: then something was folded inside. */
static gboolean
goes_on (Decoder *decoder, gsize at)
{
  gsize i = at + 1, which = 0;

  if (at < decoder->known_until)
    return decoder->known;
  while (i < decoder->length && decoder->bytes[i] != '\n' && decoder->bytes[i] != ESCAPE && decoder->bytes[i] != 0x0f)
    i++;
  decoder->known_until = i;
  decoder->known = i < decoder->length
                   && (decoder->bytes[i] == 0x0f
                       || (decoder->bytes[i] == ESCAPE && match_escape (decoder, i, &which) > 0
                           && escapes[which].slot == TO_G0 && escapes[which].set == SET_ASCII));
  return decoder->known;
}

/* At the end of a line ASCII is invoked again (RFC 1468), also when the escape that says so was lost. */
static void
take_line_end (Decoder *decoder)
{
  const guint8 feed = '\n';

  if ((decoder->g0 != SET_ASCII || decoder->is_shifted) && !goes_on (decoder, decoder->at)) {
    decoder->g0 = SET_ASCII;
    decoder->is_shifted = FALSE;
  }
  add (decoder, SET_ASCII, &feed, 1);
  decoder->at++;
}

/* A byte or two outside of any escape, read as @set. */
static void
take_character (Decoder *decoder, Set set)
{
  const guint8 *bytes = decoder->bytes + decoder->at;
  guint8 c = *bytes;
  gsize fold;

  if (set == SET_KANA && c >= 0x21 && c <= 0x5f)
    c |= 0x80;
  if (set == SET_ASCII || set == SET_KANA || c < 0x21 || c == 0x7f) {
    if (c >= 0xa1 && decoder->family != MADO_JIS_JAPANESE && decoder->at + 1 < decoder->length && bytes[1] >= 0xa1) {
      add (decoder, decoder->family == MADO_JIS_KOREAN ? SET_KS : SET_GB, bytes, 2);
      decoder->at++;
    } else
      add (decoder, SET_ASCII, &c, 1);
    decoder->at++;
    return;
  }
  if (c >= 0x80) { /* not of this set, but some mailers mix Shift_JIS in */
    add (decoder, SET_ASCII, &c, 1);
    decoder->at++;
    return;
  }
  fold = fold_length (decoder, decoder->at + 1);
  if (fold > 0 && !goes_on (decoder, decoder->at + fold))
    fold = 0;
  if (decoder->at + 1 + fold < decoder->length && is_graphic (bytes[1 + fold])) {
    add_pair (decoder, set, c, bytes[1 + fold]);
    decoder->at += 2 + fold;
    return;
  }
  refuse (decoder); /* half a character */
  decoder->at++;
}

guint
mado_jis_append (const guint8 *bytes, gsize length, MadoJisFamily family, GString *out)
{
  g_autoptr (GByteArray) run = g_byte_array_new ();
  Decoder decoder = { .bytes = bytes, .length = length, .out = out, .run = run, .family = family, .g0 = SET_ASCII,
                      .g1 = family == MADO_JIS_KOREAN ? SET_KS : family == MADO_JIS_CHINESE ? SET_GB : SET_KANA,
                      .g2 = SET_NONE };

  while (decoder.at < length) {
    guint8 c = bytes[decoder.at];
    if (c == ESCAPE)
      take_escape (&decoder);
    else if (c == 0x0e || c == 0x0f) {
      decoder.is_shifted = c == 0x0e;
      decoder.at++;
    } else if (c == '\n')
      take_line_end (&decoder);
    else
      take_character (&decoder, decoder.is_shifted ? decoder.g1 : decoder.g0);
  }
  flush (&decoder);
  for (guint i = 0; i < SET_NONE; i++)
    mado_convert_free (decoder.converters[i]);
  return decoder.refused;
}

guint
mado_jis_append_euc (const guint8 *bytes, gsize length, GString *out)
{
  g_autoptr (GByteArray) run = g_byte_array_new ();
  Decoder decoder = { .bytes = bytes, .length = length, .out = out, .run = run };

  while (decoder.at < length) {
    const guint8 *at = bytes + decoder.at;
    gsize left = length - decoder.at, taken = 1;

    if (at[0] < 0x80)
      add (&decoder, SET_ASCII, at, 1);
    else if (at[0] == 0x8e && left > 1 && at[1] >= 0xa1 && at[1] <= 0xdf) {
      add (&decoder, SET_KANA, at + 1, 1);
      taken = 2;
    } else if (at[0] == 0x8f && left > 2 && at[1] >= 0xa1 && at[1] <= 0xfe && at[2] >= 0xa1 && at[2] <= 0xfe) {
      add (&decoder, SET_0212, at, 3);
      taken = 3;
    } else if (at[0] >= 0xa1 && at[0] <= 0xfe && left > 1 && at[1] >= 0xa1 && at[1] <= 0xfe) {
      add_pair (&decoder, SET_0208, at[0] & 0x7f, at[1] & 0x7f);
      taken = 2;
    } else
      refuse (&decoder);
    decoder.at += taken;
  }
  flush (&decoder);
  for (guint i = 0; i < SET_NONE; i++)
    mado_convert_free (decoder.converters[i]);
  return decoder.refused;
}

gboolean
mado_jis_has_escape (const guint8 *bytes, gsize length)
{
  const guint8 *end = bytes + length;
  Decoder decoder = { .bytes = bytes, .length = length };

  for (const guint8 *at = bytes; at < end && (at = memchr (at, ESCAPE, (gsize) (end - at))) != NULL; at++) {
    gsize which;
    if (match_escape (&decoder, (gsize) (at - bytes), &which) > 0 && escapes[which].slot <= TO_G1 && escapes[which].set != SET_ASCII)
      return TRUE;
  }
  return FALSE;
}

MadoJisFamily
mado_jis_family (const guint8 *bytes, gsize length)
{
  if (memmem (bytes, length, "\x1b$)C", 4) != NULL)
    return MADO_JIS_KOREAN;
  if (memmem (bytes, length, "\x1b$)A", 4) != NULL || memmem (bytes, length, "\x1b$)G", 4) != NULL)
    return MADO_JIS_CHINESE;
  return MADO_JIS_JAPANESE;
}
