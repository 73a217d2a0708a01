/* form-choice.c: see form-choice.h. Called by form-match.c, in the opener's child.
 *
 * Ticked boxes speak first. Without any, the lines that list the choices are told from the one that answers: it names
 * one choice that the others do not, or is a number and nothing else. When in doubt nothing was chosen. */
#include "madoguchi/report/form-choice.h"

#include "madoguchi/report/form-line.h"

#include <string.h>

#define ANSWER_MAX 60   /* bytes of a line that answers by number */
#define VALUE_MAX 4096  /* bytes that are looked at */
#define BYTES_MAX 500    /* of each line */

MadoFormChoice *
mado_form_choice_new (void)
{
  return g_new0 (MadoFormChoice, 1);
}

void
mado_form_choice_free (MadoFormChoice *choice)
{
  if (choice == NULL)
    return;
  g_strfreev (choice->words);
  g_strfreev (choice->folded);
  g_free (choice->meaning);
  g_free (choice);
}

int
mado_form_choice_find (const char *text, gsize size, GPtrArray *choices)
{
  g_autofree char *folded = mado_form_fold (text, MIN (size, (gsize) BYTES_MAX));
  const char *first = NULL;
  gsize longest = 0;
  int found = -1;

  for (guint i = 0; i < choices->len; i++) {
    const MadoFormChoice *choice = choices->pdata[i];
    for (gsize w = 0; choice->folded[w] != NULL; w++) {
      const char *at = strstr (folded, choice->folded[w]);
      gsize length = strlen (choice->folded[w]);
      if (at == NULL || (first != NULL && (at > first || (at == first && length <= longest))))
        continue;
      first = at;
      longest = length;
      found = (int) i;
    }
  }
  return found;
}

/* All choices that @folded names; a word inside of a longer one that is there, too, does not count. */
static guint64
find_all (char *folded, GPtrArray *choices)
{
  guint64 all = 0;

  for (;;) {
    int best = -1;
    gsize longest = 0;
    char *where = NULL;
    for (guint i = 0; i < choices->len; i++) {
      const MadoFormChoice *choice = choices->pdata[i];
      for (gsize w = 0; choice->folded[w] != NULL && (all & (G_GUINT64_CONSTANT (1) << i)) == 0; w++) {
        char *at = strlen (choice->folded[w]) > longest ? strstr (folded, choice->folded[w]) : NULL;
        if (at != NULL) {
          longest = strlen (choice->folded[w]);
          where = at;
          best = (int) i;
        }
      }
    }
    if (best < 0)
      return all;
    memset (where, ' ', longest);
    all |= G_GUINT64_CONSTANT (1) << best;
  }
}

/* --- boxes ------------------------------------------------------------------------------------------------ */

typedef enum { BOX_NONE, BOX_EMPTY, BOX_CIRCLE, BOX_TICKED } Box;

static gboolean
is_tick (gunichar c)
{
  static const gunichar ticks[] = { 0x25a0, 0x2611, 0x2612, 0x2713, 0x2714, 0x2705, 0x25cf, 0x25c9, 0x25ce, 0x29bf, 0x1f5f9, 0x25fc };

  for (gsize i = 0; i < G_N_ELEMENTS (ticks); i++)
    if (ticks[i] == c)
      return TRUE;
  return FALSE;
}

/* "[x]", "( )", "[レ]" at @at. */
static Box
read_bracket (const char *text, gsize at, gsize end, gsize *behind)
{
  gsize next, p;
  gunichar open = mado_form_char (text, at, end, &next), c, closing = open == '[' ? ']' : open == '(' ? ')' : open == 0x3014 ? 0x3015 : 0;
  Box box = BOX_EMPTY;

  if (closing == 0)
    return BOX_NONE;
  for (p = next; (c = mado_form_char (text, p, end, &next)) == ' ' || c == '_'; p = next)
    ;
  if (is_tick (c) || c == 0x30ec || c == 0xff9a || c == 0x25cb || c == 0x3007 || c == 0x25ef || (c < 0x80 && c != 0 && strchr ("xXvV*oO", (int) c) != NULL)) {
    box = BOX_TICKED;
    for (p = next; (c = mado_form_char (text, p, end, &next)) == ' '; p = next)
      ;
  }
  if (c != closing || next - at > 24)
    return BOX_NONE;
  *behind = next;
  return box;
}

static Box
read_box (const char *text, gsize at, gsize end, gsize *behind)
{
  gunichar c = mado_form_char (text, at, end, behind);
  gsize before, next;

  if (is_tick (c))
    return BOX_TICKED;
  if (c == 0x25a1 || c == 0x2610 || c == 0x25a2 || c == 0x25fb)
    return BOX_EMPTY;
  if (c == 0x25cb || c == 0x25ef || c == 0x3007)
    return BOX_CIRCLE;
  if (c == 0x30ec || c == 0xff9a) { /* "レ" by itself is a tick as people type it */
    before = at > 0 ? (gsize) (g_utf8_prev_char (text + at) - text) : 0;
    gunichar left = at > 0 ? mado_form_char (text, before, end, &next) : ' ', right = mado_form_char (text, *behind, end, &next);
    return !g_unichar_isalpha (left) && (right == ' ' || right == '\t' || (right >= '0' && right <= '9')) ? BOX_TICKED : BOX_NONE;
  }
  return read_bracket (text, at, end, behind);
}

typedef struct {
  guint64 ticked, circled, empty;
} Boxes;

static void
note_box (Boxes *boxes, Box box, const char *text, gsize size, GPtrArray *choices)
{
  int choice = mado_form_choice_find (text, size, choices);
  guint64 bit = choice < 0 ? 0 : G_GUINT64_CONSTANT (1) << choice;

  *(box == BOX_TICKED ? &boxes->ticked : box == BOX_CIRCLE ? &boxes->circled : &boxes->empty) |= bit;
}

/* A box speaks for what follows it up to the next one; at the end of a line for what is before it. */
static void
read_boxes (Boxes *boxes, const char *line, gsize size, GPtrArray *choices)
{
  gsize from = 0, next;
  Box open = BOX_NONE;

  for (gsize at = 0; at < size; at = next) {
    Box box = read_box (line, at, size, &next);
    if (box == BOX_NONE)
      continue;
    if (open != BOX_NONE)
      note_box (boxes, open, line + from, at - from, choices);
    if (mado_form_is_blank (line + next, size - next) && at > from && open == BOX_NONE) {
      note_box (boxes, box, line + from, at - from, choices);
      return;
    }
    open = box;
    from = next;
  }
  if (open != BOX_NONE)
    note_box (boxes, open, line + from, size - from, choices);
}

/* --- words and numbers ------------------------------------------------------------------------------------ */

/* The numbers of @line, when it holds nothing else but a word in front of them ("回答: 1"). */
static guint64
read_numbers (const char *line, gsize size, guint most)
{
  guint64 all = 0;
  gsize next;
  guint number = 0, digits = 0, letters_behind = 0;

  if (size > ANSWER_MAX)
    return 0;
  for (gsize at = 0; at <= size; at = next) {
    gunichar c = mado_form_char (line, at, size, &next);
    if (c >= '0' && c <= '9' && digits < 3) {
      number = number * 10 + (c - '0');
      digits++;
      letters_behind = 0;
      continue;
    }
    if (c >= 0x2460 && c <= 0x2473) {
      letters_behind = 0;
      all |= c - 0x2460 < most ? G_GUINT64_CONSTANT (1) << (c - 0x2460) : 0;
    }
    if (digits > 0 && number >= 1 && number <= most)
      all |= G_GUINT64_CONSTANT (1) << (number - 1);
    else if (digits > 0)
      return 0;
    digits = number = 0;
    if (at >= size)
      break;
    letters_behind += g_unichar_isalpha (c) && c != 0x756a; /* "1番" */
  }
  return letters_behind > 0 ? 0 : all;
}

typedef struct {
  guint lines[MADO_FORM_CHOICES_MAX]; /* that name this choice and no other */
  guint64 alone, listed, numbers;
} Words;

static void
read_words (Words *words, const char *line, gsize size, GPtrArray *choices)
{
  g_autofree char *folded = mado_form_fold (line, MIN (size, (gsize) BYTES_MAX));
  guint64 all = find_all (folded, choices);

  if (all == 0) {
    words->numbers |= read_numbers (line, size, choices->len);
    return;
  }
  if ((all & (all - 1)) != 0) {
    words->listed |= all;
    return;
  }
  words->alone |= all;
  for (guint i = 0; i < choices->len; i++)
    words->lines[i] += (all >> i) & 1;
}

static guint
count_bits (guint64 bits)
{
  guint count = 0;

  for (; bits != 0; bits &= bits - 1)
    count++;
  return count;
}

/* What the words say when no box does. */
static guint64
judge_words (const Words *words, guint n_choices)
{
  guint64 repeated = 0;

  for (guint i = 0; i < n_choices; i++)
    if (words->lines[i] > 1)
      repeated |= G_GUINT64_CONSTANT (1) << i;
  if (words->numbers != 0)
    return words->numbers;
  if (count_bits (words->alone) == 1)
    return words->alone;
  return n_choices > 2 || words->listed == 0 ? repeated : 0;
}

guint64
mado_form_choose (const char *value, GPtrArray *choices, gboolean many)
{
  Boxes boxes = { 0 };
  Words words = { 0 };
  gsize size = MIN (strlen (value), (gsize) VALUE_MAX);
  guint64 all = 0;

  for (gsize at = 0; at < size;) {
    const char *feed = memchr (value + at, '\n', size - at);
    gsize length = feed == NULL ? size - at : (gsize) (feed - value) - at;
    read_boxes (&boxes, value + at, length, choices);
    read_words (&words, value + at, length, choices);
    at += length + 1;
  }
  if (boxes.ticked != 0 && (boxes.empty | boxes.circled) == 0 && count_bits (boxes.ticked) > 1 && !many)
    boxes.ticked = 0; /* bullets */
  if (boxes.ticked != 0)
    all = boxes.ticked;
  else if (boxes.circled != 0 && boxes.empty == 0 && count_bits (boxes.circled) < MAX (2, count_bits (words.alone | words.listed)))
    all = boxes.circled;
  else if ((boxes.empty | boxes.circled) == 0 || words.numbers != 0)
    all = judge_words (&words, choices->len);
  return count_bits (all) > 1 && !many ? 0 : all;
}

/* --- boxes with anything beside them ---------------------------------------------------------------------- */

typedef struct {
  GString *ticked;
  guint empty, count;
} Ticks;

static void
note_tick (Ticks *ticks, Box box, const char *text, gsize size)
{
  gsize start = 0, end = size;
  g_autofree char *word = NULL;

  mado_form_trim (text, &start, &end);
  word = g_strndup (text + start, end - start);
  ticks->count += box == BOX_TICKED;
  ticks->empty += box == BOX_EMPTY || box == BOX_CIRCLE;
  if (box == BOX_TICKED && *word != '\0')
    g_string_append_printf (ticks->ticked, "%s%s", ticks->ticked->len > 0 ? "; " : "", word);
}

char *
mado_form_choice_ticked (const char *value)
{
  g_autoptr (GString) ticked = g_string_new (NULL);
  Ticks ticks = { ticked, 0, 0 };
  gsize size = MIN (strlen (value), (gsize) VALUE_MAX), from = 0, next;
  Box open = BOX_NONE;

  for (gsize at = 0; at < size; at = next) {
    Box box = read_box (value, at, size, &next);
    if (box == BOX_NONE && value[at] != '\n')
      continue;
    if (open != BOX_NONE)
      note_tick (&ticks, open, value + from, at - from);
    open = box;
    from = next;
  }
  if (open != BOX_NONE)
    note_tick (&ticks, open, value + from, size - from);
  return ticked->len == 0 || (ticks.empty == 0 && ticks.count > 1) ? NULL : g_strdup (ticked->str);
}
