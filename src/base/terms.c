/* terms.c: see terms.h. Called for every text that is stored or looked through, so what is common goes fast; must never keep
 * or tell what it read. */
#include "madoguchi/base/terms.h"

#include <string.h>

#define MAX_TIGHT 8 /* bytes between two words that are written together */

typedef struct {
  MadoTerms *words;
  gsize max;
  gboolean in_word;
  /* what stands since the last word */
  gsize bytes;
  guint breaks;
  gboolean has_space, has_other;
} Splitter;

/* Characters that need no normalising: the bulk of Japanese. */
static gboolean
is_plain_wide (gunichar c)
{
  return (c >= 0x4e00 && c <= 0x9fff) || (c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) || c == 0x30fc;
}

static gboolean
is_wide (gunichar c)
{
  if (c < 0x0e00)
    return FALSE;
  if (is_plain_wide (c) || c == 0x30fc || c == 0x3006 || c == 0x3007)
    return TRUE;
  switch (g_unichar_get_script (c)) {
  case G_UNICODE_SCRIPT_HAN:
  case G_UNICODE_SCRIPT_HIRAGANA:
  case G_UNICODE_SCRIPT_KATAKANA:
  case G_UNICODE_SCRIPT_HANGUL:
  case G_UNICODE_SCRIPT_BOPOMOFO:
  case G_UNICODE_SCRIPT_YI:
  case G_UNICODE_SCRIPT_THAI:
  case G_UNICODE_SCRIPT_LAO:
  case G_UNICODE_SCRIPT_KHMER:
  case G_UNICODE_SCRIPT_MYANMAR:
    return g_unichar_isalnum (c) || g_unichar_ismark (c);
  default:
    return FALSE;
  }
}

/* Does @c belong to the character before it? */
static gboolean
is_extender (gunichar c)
{
  return c >= 0x0300
         && (g_unichar_ismark (c) || c == 0xff9e || c == 0xff9f || (c >= 0x1160 && c <= 0x11ff)); /* voiced marks; vowels and finals */
}

static void
end_word (Splitter *splitter)
{
  GString *plain = splitter->words->plain;
  MadoWord *word;

  if (!splitter->in_word)
    return;
  splitter->in_word = FALSE;
  splitter->bytes = splitter->breaks = 0;
  splitter->has_space = splitter->has_other = FALSE;
  word = &g_array_index (splitter->words->list, MadoWord, splitter->words->list->len - 1);
  if ((word->length == 4 || word->length == 5) && g_str_has_prefix (plain->str + word->at, "hxxp"))
    memcpy (plain->str + word->at, "http", 4);
}

static gboolean
is_tight (const Splitter *splitter, gboolean wide)
{
  const GArray *list = splitter->words->list;

  if (list->len == 0 || g_array_index (list, MadoWord, list->len - 1).is_wide != wide)
    return FALSE;
  if (wide)
    return !splitter->has_other && (splitter->bytes == 0 || splitter->breaks == 1);
  return splitter->bytes > 0 && splitter->bytes <= MAX_TIGHT && !splitter->has_space;
}

/* FALSE: there are enough words. */
static gboolean
begin_word (Splitter *splitter, gsize start, gboolean wide)
{
  MadoWord word = { .start = start, .at = splitter->words->plain->len, .is_wide = wide, .is_tight = is_tight (splitter, wide) };

  if (splitter->words->list->len >= splitter->max)
    return FALSE;
  g_array_append_val (splitter->words->list, word);
  splitter->in_word = TRUE;
  return TRUE;
}

static void
grow_word (Splitter *splitter, gunichar c, gsize end)
{
  MadoWord *word = &g_array_index (splitter->words->list, MadoWord, splitter->words->list->len - 1);
  char bytes[6];
  int n = g_unichar_to_utf8 (c, bytes);

  word->end = end;
  if (word->length + (guint) n > MADO_WORD_MAX)
    return;
  g_string_append_len (splitter->words->plain, bytes, n);
  word->length += (guint) n;
}

static void
pass_separator (Splitter *splitter, gunichar c, gsize bytes)
{
  end_word (splitter);
  splitter->bytes += bytes;
  splitter->breaks += c == '\n';
  splitter->has_space = splitter->has_space || g_unichar_isspace (c);
  splitter->has_other = splitter->has_other || (c != '\n' && c != '\r' && c != ' ' && c != '\t' && c != '>');
}

/* One normalised character that stands for the bytes from @start to @end. FALSE: there are enough words. */
static gboolean
feed (Splitter *splitter, gunichar c, gsize start, gsize end)
{
  if (is_wide (c)) {
    end_word (splitter);
    if (!begin_word (splitter, start, TRUE))
      return FALSE;
    grow_word (splitter, c, end);
    end_word (splitter);
    return TRUE;
  }
  if (c < 0x80 ? !g_ascii_isalnum ((char) c) : !(g_unichar_isalnum (c) || (splitter->in_word && g_unichar_ismark (c)))) {
    pass_separator (splitter, c, end - start);
    return TRUE;
  }
  if (!splitter->in_word && !begin_word (splitter, start, FALSE))
    return FALSE;
  grow_word (splitter, c, end);
  return TRUE;
}

/* A character with what belongs to it, in the form in which it is compared. */
static gboolean
feed_cluster (Splitter *splitter, const char *text, gsize start, gsize end)
{
  g_autofree char *normal = g_utf8_normalize (text + start, (gssize) (end - start), G_NORMALIZE_NFKC);
  g_autofree char *folded = normal != NULL ? g_utf8_casefold (normal, -1) : NULL;
  g_autofree char *plain = folded != NULL ? g_utf8_normalize (folded, -1, G_NORMALIZE_NFKC) : NULL;

  if (plain == NULL) {
    pass_separator (splitter, 0xfffd, end - start);
    return TRUE;
  }
  for (const char *p = plain; *p != '\0'; p = g_utf8_next_char (p))
    if (!feed (splitter, g_utf8_get_char (p), start, end))
      return FALSE;
  return TRUE;
}

/* The byte behind the character at @p and what belongs to it. @first: that character; (gunichar) -1: no UTF-8. */
static const char *
next_cluster (const char *p, const char *end, gunichar *first, gboolean *is_single)
{
  const char *q;

  *first = g_utf8_get_char_validated (p, end - p);
  *is_single = TRUE;
  if (*first == (gunichar) -1 || *first == (gunichar) -2) {
    *first = (gunichar) -1;
    return p + 1;
  }
  for (q = g_utf8_next_char (p); q < end && (guchar) *q >= 0x80; q = g_utf8_next_char (q)) {
    gunichar c = g_utf8_get_char_validated (q, end - q);
    if (c == (gunichar) -1 || c == (gunichar) -2 || !is_extender (c) || q - p > 64)
      break;
    *is_single = FALSE;
  }
  return q;
}

MadoTerms *
mado_terms_split (const char *text, gsize max)
{
  MadoTerms *words = g_new0 (MadoTerms, 1);
  Splitter splitter = { .words = words, .max = max };
  const char *end = text + strlen (text), *next;
  gboolean goes_on = TRUE;

  words->plain = g_string_new (NULL);
  words->list = g_array_new (FALSE, FALSE, sizeof (MadoWord));
  for (const char *p = text; goes_on && p < end; p = next) {
    gsize start = (gsize) (p - text);
    gboolean is_single;
    gunichar c;
    next = next_cluster (p, end, &c, &is_single);
    if (c == (gunichar) -1)
      pass_separator (&splitter, 0xfffd, 1);
    else if (is_single && (c < 0x80 || is_plain_wide (c)))
      goes_on = feed (&splitter, c < 0x80 ? (gunichar) g_ascii_tolower ((char) c) : c, start, (gsize) (next - text));
    else
      goes_on = feed_cluster (&splitter, text, start, (gsize) (next - text));
  }
  end_word (&splitter);
  return words;
}

void
mado_terms_free (MadoTerms *words)
{
  if (words == NULL)
    return;
  g_string_free (words->plain, TRUE);
  g_array_unref (words->list);
  g_free (words);
}

static const MadoWord *
get (const MadoTerms *words, guint index)
{
  return &g_array_index (words->list, MadoWord, index);
}

static gboolean
is_same (const MadoTerms *text, const MadoWord *a, const MadoTerms *term, const MadoWord *b)
{
  return a->length == b->length && memcmp (text->plain->str + a->at, term->plain->str + b->at, a->length) == 0;
}

gboolean
mado_terms_find (const MadoTerms *text, const MadoTerms *term, guint from, guint *first)
{
  guint n = term->list->len;

  for (guint i = from; n > 0 && i + n <= text->list->len; i++) {
    guint k = 0;
    while (k < n && is_same (text, get (text, i + k), term, get (term, k))
           && (k == 0 || !get (term, k)->is_tight || get (text, i + k)->is_tight))
      k++;
    if (k == n) {
      *first = i;
      return TRUE;
    }
  }
  return FALSE;
}

/* The form of two words together: a blank between them keeps it apart from every single word. */
static void
add_pair (const MadoTerms *words, guint second, GString *out)
{
  const MadoWord *a = get (words, second - 1), *b = get (words, second);

  g_string_append_len (out, words->plain->str + a->at, a->length);
  g_string_append_c (out, ' ');
  g_string_append_len (out, words->plain->str + b->at, b->length);
}

void
mado_terms_add_forms (const MadoTerms *text, GHashTable *seen, GString *lines)
{
  for (guint i = 0; i < text->list->len; i++) {
    const MadoWord *word = get (text, i);
    char *single = word->is_wide ? g_strndup (text->plain->str + word->at, word->length) : NULL;
    if (single == NULL || g_hash_table_add (seen, single)) {
      g_string_append_len (lines, text->plain->str + word->at, word->length);
      g_string_append_c (lines, '\n');
    }
    if (i > 0 && word->is_tight) {
      add_pair (text, i, lines);
      g_string_append_c (lines, '\n');
    }
  }
}

char **
mado_terms_list_needed (const MadoTerms *term)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < term->list->len; i++) {
    const MadoWord *word = get (term, i);
    g_autoptr (GString) form = g_string_new (NULL);
    if (word->is_tight)
      add_pair (term, i, form);
    else if (i + 1 < term->list->len && get (term, i + 1)->is_tight)
      continue; /* stands in the next pair */
    else
      g_string_append_len (form, term->plain->str + word->at, word->length);
    g_strv_builder_add (builder, form->str);
  }
  return g_strv_builder_end (builder);
}
