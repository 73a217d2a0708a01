/* marking.c: see marking.h. Called by read.c in the opener's child. */
#include "madoguchi/report/marking.h"

#include "madoguchi/report/defang.h"

#include <string.h>

#define REACH 24 /* characters behind "TLP" */
#define LEGEND 4 /* colours that only an explanation names together */

static const struct {
  const char *word;
  MadoTlpLevel level;
} colours[] = {
  { "AMBER+STRICT", MADO_TLP_AMBER_STRICT }, { "AMBER STRICT", MADO_TLP_AMBER_STRICT }, { "AMBER-STRICT", MADO_TLP_AMBER_STRICT },
  { "AMBER + STRICT", MADO_TLP_AMBER_STRICT }, { "AMBER", MADO_TLP_AMBER }, { "AMBAR", MADO_TLP_AMBER }, { "RED", MADO_TLP_RED },
  { "GREEN", MADO_TLP_GREEN }, { "CLEAR", MADO_TLP_CLEAR }, { "WHITE", MADO_TLP_CLEAR }, { "レッド", MADO_TLP_RED },
  { "アンバー", MADO_TLP_AMBER }, { "グリーン", MADO_TLP_GREEN }, { "クリア", MADO_TLP_CLEAR }, { "ホワイト", MADO_TLP_CLEAR },
};

/* The next REACH characters of @text in ASCII capitals where there are some. */
static void
fold_start (const char *text, GString *out)
{
  g_string_truncate (out, 0);
  for (guint n = 0; n < REACH && *text != '\0' && *text != '\n'; n++, text = g_utf8_next_char (text)) {
    gunichar c = mado_defang_fold (g_utf8_get_char (text));
    if (c == 0xff0b)
      c = '+';
    if (c < 0x80)
      g_string_append_c (out, g_ascii_toupper ((char) c));
    else
      g_string_append_unichar (out, c);
  }
}

/* What stands between "TLP" and its colour: ":", " ", "2.0:", "=[". NULL: too much. */
static const char *
skip_between (const char *p)
{
  const char *start = p;

  p += strspn (p, " V");
  if (g_str_has_prefix (p, "2.0") || g_str_has_prefix (p, "1.0"))
    p += 3;
  p += strspn (p, " :=-/[(\"'");
  return p > start && p - start <= 8 ? p : NULL;
}

static MadoTlpLevel
read_colour (const char *folded)
{
  const char *p = skip_between (folded + 3);

  for (gsize i = 0; p != NULL && i < G_N_ELEMENTS (colours); i++) {
    gsize length = strlen (colours[i].word);
    if (g_str_has_prefix (p, colours[i].word) && !g_ascii_isalnum (p[length]))
      return colours[i].level;
  }
  return MADO_TLP_NONE;
}

/* May "TLP" begin with @c? */
static gboolean
is_first (gunichar c)
{
  c = mado_defang_fold (c);
  return c == 'T' || c == 't' || c == 'P' || c == 'p';
}

static guint
count_bits (guint set)
{
  guint n = 0;

  for (; set != 0; set &= set - 1)
    n++;
  return n;
}

static MadoTlpLevel
strictest (guint set, gboolean is_subject)
{
  if (count_bits (set) >= LEGEND && !is_subject)
    return MADO_TLP_NONE;
  for (guint level = MADO_TLP_RED; level > MADO_TLP_NONE; level--)
    if ((set >> level & 1) != 0)
      return (MadoTlpLevel) level;
  return MADO_TLP_NONE;
}

void
mado_marking_read (MadoMarking *marking, const char *text, gboolean is_subject)
{
  g_autoptr (GString) folded = g_string_new (NULL);
  guint tlp = 0, pap = 0;
  gboolean in_word = FALSE;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (!in_word && is_first (c)) {
      fold_start (p, folded);
      if (g_str_has_prefix (folded->str, "TLP"))
        tlp |= 1u << read_colour (folded->str);
      else if (g_str_has_prefix (folded->str, "PAP"))
        pap |= 1u << read_colour (folded->str);
    }
    c = mado_defang_fold (c);
    in_word = c < 0x80 && g_ascii_isalnum ((char) c);
  }
  marking->tlp = MAX (marking->tlp, strictest (tlp & ~1u, is_subject));
  marking->pap = MAX (marking->pap, strictest (pap & ~1u, is_subject));
}
