/* corpus.h: made-up reports, half of them Japanese, each as it is written (capitals, full and half width, broken lines) and as a
 * plain line to compare with. The same number makes the same report. */
#pragma once

#include <glib.h>
#include <string.h>

#define WORDS 6000

typedef struct {
  GString *shown, *plain; /* the text; what is in it, in lower case, usual width and without broken lines */
  char *subject, *address, *number_ip, *domain;
  gboolean is_japanese;
} Letter;

static inline void
letter_clear (Letter *letter)
{
  g_string_free (letter->shown, TRUE);
  g_string_free (letter->plain, TRUE);
  g_free (letter->subject);
  g_free (letter->address);
  g_free (letter->number_ip);
  g_free (letter->domain);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Letter, letter_clear)

/* Few words stand often, many seldom. */
static inline guint
pick (GRand *random)
{
  double x = g_rand_double (random);

  return (guint) (x * x * x * x * (WORDS - 1));
}

/* (transfer full) word number @n of the English half. */
static inline char *
make_word (guint n)
{
  static const char *const syllables[] = { "ba", "ne", "tor", "ki", "mal", "os", "ver", "in", "pha", "du",
                                           "re", "gon", "sy", "al", "te", "ruc", "po", "lin", "ax", "em" };
  GString *word = g_string_new (NULL);

  for (guint i = 0, rest = n * 7919 + 13; i < 2 + n % 3; i++, rest /= 20)
    g_string_append (word, syllables[rest % 20]);
  g_string_append (word, syllables[(n / 3) % 20]);
  return g_string_free (word, FALSE);
}

/* (transfer full) word number @n of the Japanese half: one to four characters. */
static inline char *
make_kanji (guint n)
{
  GString *word = g_string_new (NULL);
  guint32 rest = n * 2654435761u;

  for (guint i = 0; i < 1 + n % 4; i++) {
    guint32 k = rest >> (i * 7);
    if (n % 5 == 4)
      g_string_append_unichar (word, 0x30a2 + (k % 40) * 2); /* katakana */
    else
      g_string_append_unichar (word, 0x4e00 + k % 2500);
  }
  return g_string_free (word, FALSE);
}

/* As people write it: now and then in capitals, or full width. */
static inline void
show_word (GRand *random, const char *word, GString *out)
{
  int way = g_rand_int_range (random, 0, 12);

  for (const char *p = word; *p != '\0'; p++)
    if (way == 0)
      g_string_append_c (out, g_ascii_toupper (*p));
    else if (way == 1)
      g_string_append_unichar (out, (gunichar) *p - 'a' + 0xff41);
    else
      g_string_append_c (out, way == 2 && p == word ? g_ascii_toupper (*p) : *p);
}

static inline void
write_english (GRand *random, Letter *letter)
{
  guint n = (guint) g_rand_int_range (random, 40, 180);

  for (guint i = 0; i < n; i++) {
    g_autofree char *word = make_word (pick (random));
    g_string_append (letter->plain, word);
    show_word (random, word, letter->shown);
    g_string_append_c (letter->plain, ' ');
    g_string_append (letter->shown, i % 12 == 11 ? ".\n" : i % 7 == 6 ? ", " : " ");
  }
}

static inline void
write_japanese (GRand *random, Letter *letter)
{
  static const char *const particles[] = { "は", "を", "の", "に", "が", "と", "しました。", "です。", "、" };
  guint n = (guint) g_rand_int_range (random, 30, 120), column = 0;

  for (guint i = 0; i < n; i++) {
    g_autofree char *word = make_kanji (pick (random));
    g_autofree char *text = g_strconcat (word, particles[g_rand_int_range (random, 0, G_N_ELEMENTS (particles))], NULL);
    g_string_append (letter->plain, text);
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
      g_string_append_unichar (letter->shown, g_utf8_get_char (p));
      if (++column % 35 == 0)
        g_string_append_c (letter->shown, '\n'); /* in the middle of words, as mail programs do */
    }
  }
  /* a line that begins a paragraph goes on in nothing */
  g_string_append (letter->plain, " ");
  g_string_append (letter->shown, "\n\n");
}

/* @senders: how many people write, in turn. */
static inline void
make_letter (guint number, guint senders, Letter *letter)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (number + 1);

  *letter = (Letter){ .shown = g_string_new (NULL), .plain = g_string_new (NULL), .is_japanese = number % 2 == 1 };
  if (letter->is_japanese)
    write_japanese (random, letter);
  else
    write_english (random, letter);
  letter->number_ip = g_strdup_printf ("198.%d.%d.%d", g_rand_int_range (random, 1, 99), g_rand_int_range (random, 0, 256), g_rand_int_range (random, 1, 255));
  letter->domain = g_strdup_printf ("h%d.d%d.example.net", g_rand_int_range (random, 0, 50), g_rand_int_range (random, 0, 20000));
  g_string_append_printf (letter->plain, "seen from %s and http://%s/x%u/", letter->number_ip, letter->domain, number % 997);
  g_string_append_printf (letter->shown, "seen from %s and hxxp://%s/x%u/\n", letter->number_ip, letter->domain, number % 997);
  letter->subject = letter->is_japanese ? make_kanji (pick (random)) : make_word (pick (random));
  letter->address = g_strdup_printf ("someone%u@host%u.example.org", number % senders, number % senders % 300);
}
