/* guess.c: see guess.h. Each candidate walks over the bytes and weighs each character that it finds: what people
 * write often is worth points, what they hardly write costs some, what the charset does not have costs most. No
 * conversion: some fields are only a few bytes long, and there may be thousands of them. */
#include "madoguchi/mail/guess.h"

#include <string.h>

#define LOOK_AT 65536
#define REFUSED (-24)
#define KANJI 8
#define KANA 12

/* Weighs the character at @bytes (@left > 0); sets how many bytes it takes. Bytes below 128 never come. */
typedef int (*Weigh) (const guint8 *bytes, gsize left, gsize *taken, guint8 before);

static gboolean
is_in (guint8 c, guint8 first, guint8 last)
{
  return c >= first && c <= last;
}

/* @row and @cell of JIS X 0208, from 1. */
static int
weigh_jis (guint row, guint cell)
{
  if (row == 4)
    return cell <= 83 ? KANA + 2 : REFUSED;
  if (row == 5)
    return cell <= 86 ? KANA : REFUSED;
  if (row == 1)
    return cell <= 4 || cell == 6 || cell == 28 || (cell >= 42 && cell <= 57) ? KANA - 2 : 2;
  if (row == 3)
    return cell >= 16 ? 6 : REFUSED;
  if (row == 2 || (row >= 6 && row <= 8))
    return -6;
  if (row == 13)
    return 2;
  if (row >= 16 && row <= 47)
    return KANJI;
  if (row >= 48 && row <= 84)
    return 1;
  return row >= 89 && row <= 92 ? 2 : REFUSED;
}

static int
weigh_sjis (const guint8 *bytes, gsize left, gsize *taken, guint8 before)
{
  guint8 lead = bytes[0], trail = left > 1 ? bytes[1] : 0;
  guint row, cell;

  if (is_in (lead, 0xa1, 0xdf))
    return is_in (before, 0xa1, 0xdf) ? 1 : -1; /* half-width kana come in rows */
  if ((!is_in (lead, 0x81, 0x9f) && !is_in (lead, 0xe0, 0xfc)) || trail < 0x40 || trail == 0x7f || trail > 0xfc)
    return REFUSED;
  *taken = 2;
  if (lead >= 0xf0)
    return lead >= 0xfa ? 2 : -4; /* of IBM; of the user */
  row = (guint) (lead - (lead >= 0xe0 ? 0xc1 : 0x81)) * 2 + 1;
  cell = (guint) trail - 0x3f - (trail > 0x7f ? 1 : 0);
  if (cell > 94) {
    row++;
    cell -= 94;
  }
  return weigh_jis (row, cell);
}

static int
weigh_euc_jp (const guint8 *bytes, gsize left, gsize *taken, guint8 before)
{
  guint8 lead = bytes[0], trail = left > 1 ? bytes[1] : 0;

  (void) before;
  if (lead == 0x8f && left > 2 && trail >= 0xa1 && bytes[2] >= 0xa1) {
    *taken = 3;
    return 0; /* JIS X 0212 */
  }
  if (lead == 0x8e && is_in (trail, 0xa1, 0xdf)) {
    *taken = 2;
    return 1;
  }
  if (!is_in (lead, 0xa1, 0xfe) || !is_in (trail, 0xa1, 0xfe))
    return REFUSED;
  *taken = 2;
  return weigh_jis (lead - 0xa0U, trail - 0xa0U);
}

static int
weigh_gb (const guint8 *bytes, gsize left, gsize *taken, guint8 before)
{
  guint8 lead = bytes[0], trail = left > 1 ? bytes[1] : 0;

  (void) before;
  if (!is_in (lead, 0x81, 0xfe))
    return REFUSED;
  if (left > 3 && is_in (trail, 0x30, 0x39) && is_in (bytes[2], 0x81, 0xfe) && is_in (bytes[3], 0x30, 0x39)) {
    *taken = 4;
    return -4;
  }
  if (trail < 0x40 || trail == 0x7f || trail == 0xff)
    return REFUSED;
  *taken = 2;
  if (trail < 0xa1 || lead < 0xa1)
    return -2; /* of GBK alone */
  if (lead == 0xa1 || lead == 0xa3)
    return trail == 0xa3 || trail == 0xac ? 12 : 4; /* full stop and comma */
  if (is_in (lead, 0xb0, 0xd7))
    return 8;
  return is_in (lead, 0xd8, 0xf7) ? 2 : -6; /* kana are rare in Chinese */
}

static int
weigh_big5 (const guint8 *bytes, gsize left, gsize *taken, guint8 before)
{
  guint8 lead = bytes[0], trail = left > 1 ? bytes[1] : 0;

  (void) before;
  if (!is_in (lead, 0x81, 0xfe) || (!is_in (trail, 0x40, 0x7e) && !is_in (trail, 0xa1, 0xfe)))
    return REFUSED;
  *taken = 2;
  if (lead == 0xa1)
    return is_in (trail, 0x41, 0x49) ? 8 : 2;
  if (is_in (lead, 0xa4, 0xc6))
    return 8;
  return is_in (lead, 0xc9, 0xf9) ? 1 : -6;
}

static int
weigh_korean (const guint8 *bytes, gsize left, gsize *taken, guint8 before)
{
  guint8 lead = bytes[0], trail = left > 1 ? bytes[1] : 0;

  (void) before;
  if (!is_in (lead, 0x81, 0xfd)
      || (!is_in (trail, 0x41, 0x5a) && !is_in (trail, 0x61, 0x7a) && !is_in (trail, 0x81, 0xfe)))
    return REFUSED;
  *taken = 2;
  if (trail < 0xa1 || lead < 0xa1)
    return lead <= 0xc6 ? -2 : REFUSED;
  return is_in (lead, 0xb0, 0xc8) ? 9 : lead == 0xa1 ? 2 : lead >= 0xca ? 0 : -6;
}

/* Of a Cyrillic letter: small ones inside words, capitals at their start, no Latin ones beside them. */
static int
weigh_letter (gboolean is_small, gboolean after_small, gboolean after_letter, guint8 before, guint8 after)
{
  if (g_ascii_isalpha (before) || g_ascii_isalpha (after))
    return -6;
  if (is_small)
    return 5;
  return after_small ? -8 : after_letter ? 2 : 4;
}

static int
weigh_koi8 (const guint8 *bytes, gsize left, gsize *taken, guint8 before)
{
  guint8 c = bytes[0], after = left > 1 ? bytes[1] : ' ';

  (void) taken;
  if (c == 0xa3 || c == 0xb3 || c >= 0xc0)
    return weigh_letter (c == 0xa3 || is_in (c, 0xc0, 0xdf), is_in (before, 0xc0, 0xdf), before >= 0xc0, before, after);
  return -10; /* mostly frames */
}

static int
weigh_1251 (const guint8 *bytes, gsize left, gsize *taken, guint8 before)
{
  guint8 c = bytes[0], after = left > 1 ? bytes[1] : ' ';

  (void) taken;
  if (c == 0xa8 || c == 0xb8 || c >= 0xc0)
    return weigh_letter (c == 0xb8 || c >= 0xe0, before >= 0xe0, before >= 0xc0, before, after);
  if (strchr ("\x84\x85\x91\x92\x93\x94\x96\x97\xab\xbb\xb9\xa0", c) != NULL)
    return 1;
  return c == 0x98 ? REFUSED : -10;
}

static int
weigh_8859_5 (const guint8 *bytes, gsize left, gsize *taken, guint8 before)
{
  guint8 c = bytes[0], after = left > 1 ? bytes[1] : ' ';

  (void) taken;
  if (c == 0xa1 || c == 0xf1 || is_in (c, 0xb0, 0xef))
    return weigh_letter (c >= 0xd0, before >= 0xd0, before >= 0xb0, before, after);
  return -10;
}

/* Western text: now and then a letter with an accent between letters without one. */
static int
weigh_latin (const guint8 *bytes, gsize left, gsize *taken, guint8 before)
{
  guint8 c = bytes[0], after = left > 1 ? bytes[1] : ' ';
  gboolean among = g_ascii_isalpha (before) || g_ascii_isalpha (after);

  (void) taken;
  if (strchr ("\x81\x8d\x8f\x90\x9d", c) != NULL)
    return REFUSED;
  if (c >= 0xc0 && c != 0xd7 && c != 0xf7 && c != 0xff)
    return among && before < 0x80 ? 6 : before >= 0x80 || after >= 0x80 ? -1 : 1;
  if (strchr ("\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99\xa0\xa3\xa7\xa9\xab\xae\xb0\xb7\xbb", c) != NULL)
    return 2;
  return -3;
}

/* Two or three characters may be anything, so the less common charsets start with a debt. */
typedef struct {
  const char *charset;
  Weigh weigh;
  int debt;
} Candidate;

static const Candidate candidates[] = {
  { "cp932", weigh_sjis, 0 },    { "euc-jp", weigh_euc_jp, 0 }, { "gb18030", weigh_gb, 12 },     { "big5", weigh_big5, 12 },
  { "cp949", weigh_korean, 12 }, { "koi8-r", weigh_koi8, 16 },   { "windows-1251", weigh_1251, 16 }, { "iso-8859-5", weigh_8859_5, 16 },
  { "windows-1252", weigh_latin, 0 },
};

static int
walk (const guint8 *bytes, gsize length, const Candidate *candidate, gint64 *weight)
{
  gboolean is_japanese = candidate->weigh == weigh_sjis || candidate->weigh == weigh_euc_jp;
  gsize at = 0, high = 0, kana = 0, kanji = 0;
  gint64 sum = -candidate->debt;
  guint8 before = ' ';

  length = MIN (length, LOOK_AT);
  while (at < length) {
    gsize taken = 1;
    if (bytes[at] >= 0x80) {
      int points = candidate->weigh (bytes + at, length - at, &taken, before);
      gboolean is_cut = points == REFUSED && length == LOOK_AT && at + 4 > length; /* by ourselves */
      sum += is_cut ? 0 : points;
      kana += points >= KANA;
      kanji += points == KANJI;
    }
    before = bytes[at + taken - 1];
    at += taken;
  }
  if (is_japanese && kanji > 8 && kana < kanji / 8) /* a name may be all kanji, a sentence is not */
    sum -= (gint64) kanji * 4;
  for (at = 0; at < length; at++)
    high += bytes[at] >= 0x80;
  if (weight != NULL)
    *weight = sum;
  return high == 0 ? 0 : (int) (sum * 100 / (gint64) high);
}

MadoGuess
mado_guess (const guint8 *bytes, gsize length)
{
  MadoGuess guess = { "us-ascii", 0, 0, 0 };
  gsize at = 0;

  while (at < length && bytes[at] < 0x80)
    at++;
  if (at == length)
    return guess;
  if (g_utf8_validate_len ((const char *) bytes, length, NULL)) {
    guess.charset = "utf-8";
    guess.score = 1400;
    guess.weight = G_MAXINT;
    return guess;
  }
  guess.charset = "windows-1252";
  guess.score = guess.latin = walk (bytes, length, &candidates[G_N_ELEMENTS (candidates) - 1], &guess.weight);
  for (gsize i = 0; i + 1 < G_N_ELEMENTS (candidates); i++) {
    gint64 weight;
    int score = walk (bytes, length, &candidates[i], &weight);
    if (score > guess.score && score > 0) {
      guess.score = score;
      guess.weight = weight;
      guess.charset = candidates[i].charset;
    }
  }
  return guess;
}

int
mado_guess_fit (const guint8 *bytes, gsize length, const char *charset)
{
  for (gsize i = 0; i < G_N_ELEMENTS (candidates); i++)
    if (g_str_equal (candidates[i].charset, charset))
      return walk (bytes, length, &candidates[i], NULL);
  return G_MININT;
}
