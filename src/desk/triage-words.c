/* triage-words.c: see triage-words.h. An Aho-Corasick automaton over the bytes of the folded text, with one table look-up
 * for each byte. Called by triage.c alone. */
#include "madoguchi/desk/triage-words.h"

#include <string.h>

#define PIECE 256          /* characters that are normalised together: GLib sorts marks within one in quadratic time */
#define WORD_MAX 200       /* bytes */
#define ALL_MAX (32 * 1024) /* bytes of all words */

struct _MadoWords {
  GPtrArray *list;     /* of char: the words, folded */
  GHashTable *numbers; /* word -> its number plus one */
  gsize bytes;
  guint8 class_of[256]; /* bytes that stand in no word share class 0 */
  guint n_classes, n_states;
  guint32 *next;       /* [state * n_classes + class] */
  guint32 *word;       /* [state]: number plus one of the word that ends here */
  guint32 *shorter;    /* [state]: the next state in which a shorter word ends; 0: none */
};

/* Appends @size bytes of @text, a piece, as they are compared. */
static void
fold_piece (GString *out, const char *text, gsize size)
{
  g_autofree char *normal = g_utf8_normalize (text, (gssize) size, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char *folded = normal != NULL ? g_utf8_casefold (normal, -1) : NULL;

  if (folded != NULL)
    g_string_append (out, folded);
}

static gsize
measure_piece (const char *text)
{
  const char *p = text;

  for (guint n = 0; n < PIECE && *p != '\0'; n++) {
    const char *after = g_utf8_next_char (p);
    if (n > 0 && (*p & 0x80) == 0 && (*after & 0x80) == 0)
      break; /* plain letters again */
    p = after;
  }
  return (gsize) (p - text);
}

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* One blank for many, and none where lines of Japanese are broken. */
static void
squeeze (GString *text)
{
  gsize to = 0;

  for (gsize from = 0; from < text->len;) {
    gsize end = from;
    while (end < text->len && is_blank (text->str[end]))
      end++;
    if (end > from) {
      gboolean is_inside = to > 0 && end < text->len && (text->str[to - 1] & 0x80) != 0 && (text->str[end] & 0x80) != 0;
      if (!is_inside)
        text->str[to++] = ' ';
      from = end;
    } else {
      text->str[to++] = text->str[from++];
    }
  }
  g_string_truncate (text, to);
}

char *
mado_words_fold (const char *text)
{
  GString *out = g_string_sized_new (strlen (text) + 1);

  while (*text != '\0') {
    gboolean is_plain = (text[0] & 0x80) == 0 && (text[1] & 0x80) == 0;
    gsize size = is_plain ? 1 : measure_piece (text);
    if (is_plain)
      g_string_append_c (out, g_ascii_tolower (*text));
    else
      fold_piece (out, text, size);
    text += size;
  }
  squeeze (out);
  return g_string_free (out, FALSE);
}

MadoWords *
mado_words_new (void)
{
  MadoWords *words = g_new0 (MadoWords, 1);

  words->list = g_ptr_array_new_with_free_func (g_free);
  words->numbers = g_hash_table_new (g_str_hash, g_str_equal);
  return words;
}

void
mado_words_free (MadoWords *words)
{
  if (words == NULL)
    return;
  g_hash_table_unref (words->numbers);
  g_ptr_array_unref (words->list);
  g_free (words->next);
  g_free (words->word);
  g_free (words->shorter);
  g_free (words);
}

guint
mado_words_add (MadoWords *words, const char *word)
{
  g_autofree char *folded = g_utf8_validate (word, -1, NULL) ? g_strstrip (mado_words_fold (word)) : g_strdup ("");
  gsize size = strlen (folded);
  guint number = GPOINTER_TO_UINT (g_hash_table_lookup (words->numbers, folded));

  if (number != 0)
    return number - 1;
  if (size == 0 || size > WORD_MAX || words->bytes + size > ALL_MAX)
    return MADO_WORDS_NONE;
  words->bytes += size;
  g_ptr_array_add (words->list, g_steal_pointer (&folded));
  g_hash_table_insert (words->numbers, words->list->pdata[words->list->len - 1], GUINT_TO_POINTER (words->list->len));
  return words->list->len - 1;
}

guint
mado_words_count (const MadoWords *words)
{
  return words->list->len;
}

const char *
mado_words_get (const MadoWords *words, guint number)
{
  return number < words->list->len ? words->list->pdata[number] : NULL;
}

static void
name_classes (MadoWords *words)
{
  words->n_classes = 1;
  for (guint i = 0; i < words->list->len; i++)
    for (const guint8 *p = words->list->pdata[i]; *p != 0; p++)
      if (words->class_of[*p] == 0)
        words->class_of[*p] = (guint8) words->n_classes++; /* UTF-8 uses fewer than 256 values */
}

static void
plant (MadoWords *words, guint number)
{
  guint32 state = 0;

  for (const guint8 *p = words->list->pdata[number]; *p != 0; p++) {
    guint32 *slot = &words->next[(gsize) state * words->n_classes + words->class_of[*p]];
    if (*slot == 0)
      *slot = words->n_states++;
    state = *slot;
  }
  words->word[state] = number + 1;
}

/* Turns the tree into an automaton, state by state in the order of their depth. */
static void
connect_states (MadoWords *words)
{
  g_autofree guint32 *queue = g_new (guint32, words->n_states);
  g_autofree guint32 *fail = g_new0 (guint32, words->n_states);
  gsize n = words->n_classes;
  guint head = 0, tail = 0;

  for (gsize c = 0; c < n; c++)
    if (words->next[c] != 0)
      queue[tail++] = words->next[c];
  while (head < tail) {
    guint32 state = queue[head++];
    guint32 back = fail[state];
    words->shorter[state] = words->word[back] != 0 ? back : words->shorter[back];
    for (gsize c = 0; c < n; c++) {
      guint32 *slot = &words->next[state * n + c];
      if (*slot != 0) {
        fail[*slot] = words->next[back * n + c];
        queue[tail++] = *slot;
      } else {
        *slot = words->next[back * n + c];
      }
    }
  }
}

void
mado_words_seal (MadoWords *words)
{
  gsize most = words->bytes + 1;

  name_classes (words);
  words->n_states = 1;
  words->next = g_new0 (guint32, most * words->n_classes);
  words->word = g_new0 (guint32, most);
  words->shorter = g_new0 (guint32, most);
  for (guint i = 0; i < words->list->len; i++)
    plant (words, i);
  connect_states (words);
}

/* Does the word that ends before @end of @text, which is @begin there, stand by itself? */
static gboolean
stands_alone (const char *text, const char *begin, const char *end)
{
  return !(g_ascii_isalnum (*begin) && begin > text && g_ascii_isalnum (begin[-1]))
         && !(g_ascii_isalnum (end[-1]) && g_ascii_isalnum (*end));
}

void
mado_words_find (const MadoWords *words, const char *folded, guint8 *found, guint8 bit)
{
  guint32 state = 0;

  for (const char *p = folded; *p != '\0'; p++) {
    state = words->next[(gsize) state * words->n_classes + words->class_of[(guint8) *p]];
    for (guint32 at = words->word[state] != 0 ? state : words->shorter[state]; at != 0; at = words->shorter[at]) {
      guint32 number = words->word[at] - 1;
      const char *word = words->list->pdata[number];
      if ((found[number] & bit) == 0 && stands_alone (folded, p + 1 - strlen (word), p + 1))
        found[number] |= bit;
    }
  }
}
