/* language.c: see language.h. Called in the opener's child on the text of a report. Pure. */
#include "madoguchi/report/language.h"

#include <string.h>

#define LOOK_MAX 20000 /* characters */

typedef struct {
  guint kana, han, hangul, cyrillic, latin;
} Letters;

static void
count (const char *text, Letters *letters)
{
  guint seen = 0;

  for (const char *p = text; *p != '\0' && seen < LOOK_MAX; p = g_utf8_next_char (p), seen++) {
    gunichar c = g_utf8_get_char (p);
    if ((c >= 0x3041 && c <= 0x30ff) || (c >= 0xff66 && c <= 0xff9f))
      letters->kana++;
    else if ((c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3400 && c <= 0x4dbf))
      letters->han++;
    else if (c >= 0xac00 && c <= 0xd7a3)
      letters->hangul++;
    else if (c >= 0x0400 && c <= 0x04ff)
      letters->cyrillic++;
    else if (c < 0x250 && g_unichar_isalpha (c))
      letters->latin++;
  }
}

/* How often the small words of a language stand in the first @max bytes. */
static guint
count_words (const char *text, const char *const *words)
{
  g_autofree char *start = g_strndup (text, MIN (strlen (text), LOOK_MAX));
  g_autofree char *folded = g_ascii_strdown (start, -1);
  g_auto (GStrv) parts = g_strsplit_set (folded, " \t\r\n.,;:!?()\"'", 4000);
  guint found = 0;

  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] != '\0' && g_strv_contains (words, parts[i]))
      found++;
  return found;
}

/* Latin letters: by their commonest words. */
static const char *
guess_latin (const char *text)
{
  static const char *const english[] = { "the", "and", "is", "to", "of", "from", "for", "this", "please", "we", "you",
                                         "that", "with", "are", "has", "your", "our", "it", "hello", "dear", NULL };
  static const char *const german[] = { "der", "die", "und", "das", "ist", "nicht", "mit", "von", "wir", "sie", "bitte", NULL };
  static const char *const french[] = { "le", "les", "et", "est", "vous", "nous", "des", "une", "pour", "dans", "bonjour", NULL };
  static const char *const spanish[] = { "el", "los", "que", "por", "una", "para", "con", "las", "del", "esta", "hola", NULL };
  static const struct {
    const char *language;
    const char *const *words;
  } table[] = { { "en", english }, { "de", german }, { "fr", french }, { "es", spanish } };
  const char *best = NULL;
  guint most = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    guint found = count_words (text, table[i].words);
    if (found > most) {
      most = found;
      best = table[i].language;
    }
  }
  return best;
}

const char *
mado_language_guess (const char *text)
{
  Letters letters = { 0 };

  if (text == NULL)
    return NULL;
  count (text, &letters);
  /* Logs in Latin letters make up most of a Japanese report; a few kana decide. */
  if (letters.kana >= 2 && letters.kana + letters.han >= letters.latin / 50)
    return "ja";
  if (letters.hangul >= 2 && letters.hangul >= letters.latin / 50)
    return "ko";
  if (letters.han >= 2 && letters.han >= letters.latin / 50)
    return "zh";
  if (letters.cyrillic > letters.latin)
    return "ru";
  return guess_latin (text);
}
