/* form-line.c: see form-line.h. Called by form-match.c, in the opener's child. */
#include "madoguchi/report/form-line.h"

#include "madoguchi/report/defang.h"

#include <string.h>

#define NUMBER_GROUPS 3 /* "1-2-3" */

gunichar
mado_form_char (const char *text, gsize at, gsize end, gsize *next)
{
  gunichar c;

  *next = at;
  if (at >= end)
    return 0;
  *next = at + 1;
  if ((guchar) text[at] < 0x80)
    return (guchar) text[at];
  c = g_utf8_get_char_validated (text + at, (gssize) (end - at));
  if (c == (gunichar) -1 || c == (gunichar) -2)
    return 0xfffd;
  *next = at + (gsize) g_unichar_to_utf8 (c, NULL);
  return mado_defang_fold (c);
}

static char *
fold_ascii (const char *text, gsize size)
{
  char *out = g_malloc (size + 1);
  gsize length = 0;

  for (gsize i = 0; i < size; i++)
    if (g_ascii_isalnum (text[i]))
      out[length++] = g_ascii_tolower (text[i]);
  out[length] = '\0';
  return out;
}

char *
mado_form_fold (const char *text, gsize size)
{
  g_autofree char *valid = NULL, *normal = NULL;
  GString *out;
  gsize plain = 0;

  while (plain < size && (guchar) text[plain] < 0x80)
    plain++;
  if (plain == size)
    return fold_ascii (text, size);
  valid = g_utf8_make_valid (text, (gssize) size);
  normal = g_utf8_normalize (valid, -1, G_NORMALIZE_ALL_COMPOSE);
  out = g_string_sized_new (size);
  for (const char *p = normal; p != NULL && *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (g_unichar_isalnum (c))
      g_string_append_unichar (out, g_unichar_tolower (c));
  }
  return g_string_free (out, FALSE);
}

gboolean
mado_form_is_blank (const char *text, gsize size)
{
  for (gsize at = 0, next; at < size; at = next) {
    gunichar c = mado_form_char (text, at, size, &next);
    if (c != ' ' && c != '\t' && c != '\r')
      return FALSE;
  }
  return TRUE;
}

gboolean
mado_form_is_ruler (const char *text, gsize size)
{
  gsize signs = 0;

  for (gsize at = 0, next; at < size; at = next) {
    gunichar c = mado_form_char (text, at, size, &next);
    if (c == ' ' || c == '\t' || c == '\r')
      continue;
    if ((c < 0x80 && strchr ("-=_*~+#/", (int) c) == NULL) || g_unichar_isalnum (c) || c == 0x25a1 || c == 0x25a0)
      return FALSE;
    signs++;
  }
  return signs >= 3;
}

static gboolean
is_filler (gunichar c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '_' || c == 0x2026;
}

void
mado_form_trim (const char *text, gsize *start, gsize *end)
{
  gsize next;

  while (*start < *end && is_filler (mado_form_char (text, *start, *end, &next)))
    *start = next;
  while (*end > *start) {
    const char *last = g_utf8_find_prev_char (text + *start, text + *end);
    gsize at = last == NULL ? *end - 1 : (gsize) (last - text);
    if (!is_filler (mado_form_char (text, at, *end, &next)))
      return;
    *end = at;
  }
}

static gsize
skip_blanks (const char *text, gsize at, gsize end)
{
  gsize next;
  gunichar c;

  while ((c = mado_form_char (text, at, end, &next)) == ' ' || c == '\t')
    at = next;
  return at;
}

/* "> > " and its full-width sister. */
static void
skip_quote (MadoFormLine *line, const char *text)
{
  gsize at = line->start, next;

  for (;;) {
    gsize sign = skip_blanks (text, at, line->end);
    if (mado_form_char (text, sign, line->end, &next) != '>')
      break;
    line->depth++;
    at = next;
  }
  if (line->depth > 0 && mado_form_char (text, at, line->end, &next) == ' ')
    at = next;
  line->body = at;
}

static gboolean
is_bullet (gunichar c)
{
  static const gunichar bullets[] = { 0x25a0, 0x25a1, 0x25cf, 0x25cb, 0x25ce, 0x25ef, 0x25c6, 0x25c7, 0x25bc, 0x25bd, 0x25b2, 0x25b3,
                                      0x25b6, 0x25ba, 0x2605, 0x2606, 0x30fb, 0x2022, 0x2023, 0x203b, 0x2192, 0x21d2, 0x25aa, 0x25ab,
                                      0x25fc, 0x25fb, 0x2610, 0x2611, 0x2713, 0x2714, 0xff65 };

  if (c < 0x80)
    return c != 0 && strchr ("*+#|-", (int) c) != NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (bullets); i++)
    if (bullets[i] == c)
      return TRUE;
  return FALSE;
}

static gsize
skip_bullets (const char *text, gsize at, gsize end)
{
  gsize next;

  at = skip_blanks (text, at, end);
  while (is_bullet (mado_form_char (text, at, end, &next)))
    at = skip_blanks (text, next, end);
  return at;
}

/* The number that a sign like "①" is; 0: it is none. */
static guint
circled (gunichar c)
{
  if (c >= 0x2460 && c <= 0x2473)
    return c - 0x2460 + 1;
  if (c >= 0x2474 && c <= 0x2487) /* "⑴" */
    return c - 0x2474 + 1;
  if (c >= 0x2776 && c <= 0x277f)
    return c - 0x2776 + 1;
  return 0;
}

static gboolean
is_digit (gunichar c)
{
  return c >= '0' && c <= '9';
}

/* Reads "1-1", "12" at @at into @number. Returns what is behind it; @at when there is none. */
static gsize
read_groups (const char *text, gsize at, gsize end, char *number, gsize size)
{
  gsize from = at, next, length = 0;

  for (guint group = 0; group < NUMBER_GROUPS; group++) {
    guint digits = 0;
    gsize p = at;
    gunichar c = mado_form_char (text, p, end, &next);
    if (group > 0) {
      if (c != '-' && c != '.' && c != 0x30fc)
        break;
      p = next;
      c = mado_form_char (text, p, end, &next);
      if (!is_digit (c))
        break;
      number[length++] = '-';
    }
    for (; is_digit (c) && digits < 3 && length + 2 < size; digits++) {
      number[length++] = (char) c;
      p = next;
      c = mado_form_char (text, p, end, &next);
    }
    if (digits == 0 || digits > 2 || is_digit (c)) {
      number[0] = '\0';
      return from;
    }
    at = p;
  }
  number[length] = '\0';
  return at;
}

/* "1-1", "(3)", "２．", "【1】", "②", "Q1." at @at. Returns what is behind it. */
static gsize
skip_number (const char *text, gsize at, gsize end, char *number, gsize size)
{
  gsize next, inside = at, behind;
  gunichar c = mado_form_char (text, at, end, &next), closing = 0;

  if (circled (c) > 0) {
    g_snprintf (number, size, "%u", circled (c));
    return next;
  }
  if (c == '(' || c == '[' || c == 0x3010 || c == 0x3014) {
    closing = c == '(' ? ')' : c == '[' ? ']' : c + 1;
    inside = skip_blanks (text, next, end);
  } else if (c == 'Q') {
    inside = next;
  }
  behind = read_groups (text, inside, end, number, size);
  if (behind == inside)
    return at;
  c = mado_form_char (text, skip_blanks (text, behind, end), end, &next);
  if (closing != 0 && c != closing) {
    number[0] = '\0';
    return at;
  }
  if (closing != 0 || c == '.' || c == ')' || c == ':' || c == 0x3001 || c == 0x3002)
    return next;
  return behind;
}

/* --- where a label may end -------------------------------------------------------------------------------- */

static gunichar
closing_of (gunichar c)
{
  static const gunichar pairs[][2] = { { '[', ']' }, { '<', '>' }, { '(', ')' }, { 0x3010, 0x3011 }, { 0x3014, 0x3015 }, { 0x300c, 0x300d },
                                       { 0x300e, 0x300f }, { 0x300a, 0x300b }, { 0x3008, 0x3009 } };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (pairs[i][0] == c)
      return pairs[i][1];
  return 0;
}

/* The places of a line where a label may end; 0: there is none. */
typedef struct {
  gsize colon, after_colon;
  gsize gap;   /* two blanks, a tab or a wide blank */
  gsize blank; /* the first one */
  gsize hint, after_hint; /* "(...)", or a remark behind "※" */
  gsize last;  /* behind the last character that is no blank, at most LABEL_MAX on */
  gboolean is_wide; /* other letters than ASCII */
} Ends;

static void
find_ends (Ends *ends, const char *text, gsize at, gsize end)
{
  gsize limit = MIN (end, at + MADO_FORM_LABEL_MAX), next;
  gboolean was_blank = FALSE;
  gunichar closing = 0;

  memset (ends, 0, sizeof *ends);
  for (gsize p = at; p < limit; p = next) {
    gunichar c = mado_form_char (text, p, end, &next);
    gboolean is_blank = c == ' ' || c == '\t';
    if (is_blank && ends->blank == 0)
      ends->blank = p;
    if (is_blank && ends->gap == 0 && (was_blank || c == '\t' || next - p > 1))
      ends->gap = p;
    if (closing != 0 && c == closing && ends->after_hint == 0)
      ends->after_hint = next;
    if (ends->hint == 0 && p > at && (c == '(' || c == '[' || c == 0x203b)) {
      ends->hint = p;
      closing = closing_of (c);
    }
    if (c == ':' || c == '=') {
      ends->colon = p;
      ends->after_colon = next;
      return;
    }
    if (!is_blank && c != '\r')
      ends->last = next;
    if (ends->hint == 0 && ends->blank == 0 && c >= 0x80)
      ends->is_wide = TRUE;
    was_blank = is_blank;
  }
  if (limit < end && !mado_form_is_blank (text + limit, end - limit))
    ends->last = 0; /* too long to be a label as a whole */
}

static gboolean
try_label (MadoFormLine *line, const char *text, gsize from, gsize to, gsize value, GHashTable *labels)
{
  g_autofree char *key = NULL;

  if (to <= from || to - from > MADO_FORM_LABEL_MAX)
    return FALSE;
  key = mado_form_fold (text + from, to - from);
  if (*key == '\0')
    return FALSE;
  line->known = g_hash_table_lookup (labels, key);
  if (line->known == NULL)
    return FALSE;
  line->label = from;
  line->label_end = to;
  line->value = skip_blanks (text, value, line->end);
  return TRUE;
}

/* "【名前】山田", "[Name]: Yamada". */
static gboolean
try_bracket (MadoFormLine *line, const char *text, gsize at, GHashTable *labels)
{
  gsize limit = MIN (line->end, at + MADO_FORM_LABEL_MAX), next, inside;
  gunichar closing = closing_of (mado_form_char (text, at, line->end, &inside));

  for (gsize p = inside; closing != 0 && p < limit; p = next) {
    gsize behind, after;
    if (mado_form_char (text, p, line->end, &next) != closing)
      continue;
    behind = skip_blanks (text, next, line->end);
    if (mado_form_char (text, behind, line->end, &after) == ':')
      behind = after;
    return try_label (line, text, inside, p, behind, labels);
  }
  return FALSE;
}

static gboolean
find_label (MadoFormLine *line, const char *text, gsize at, GHashTable *labels)
{
  gsize end = line->end;
  Ends ends;

  if (try_bracket (line, text, at, labels))
    return TRUE;
  find_ends (&ends, text, at, end);
  if (ends.colon > 0) {
    if (try_label (line, text, at, ends.colon, ends.after_colon, labels)
        || try_label (line, text, at, ends.hint, ends.after_colon, labels))
      return TRUE;
  } else if (try_label (line, text, at, ends.last, end, labels)
             || try_label (line, text, at, ends.hint, ends.after_hint > 0 ? ends.after_hint : end, labels)) {
    return TRUE;
  }
  if (ends.gap > 0 && try_label (line, text, at, ends.gap, ends.gap, labels))
    return TRUE;
  return ends.blank > 0 && ends.is_wide && try_label (line, text, at, ends.blank, ends.blank, labels); /* a cell of a table */
}

void
mado_form_line_read (MadoFormLine *line, const char *text, gsize start, gsize end, GHashTable *labels)
{
  gsize plain, behind;

  memset (line, 0, sizeof *line);
  if (end > start && text[end - 1] == '\r')
    end--;
  line->start = start;
  line->end = end;
  skip_quote (line, text);
  line->value = end;
  plain = skip_bullets (text, line->body, end);
  behind = skip_number (text, plain, end, line->number, sizeof line->number);
  line->rest = behind > plain ? skip_bullets (text, behind, end) : plain;
  line->label = line->label_end = line->rest;
  if (find_label (line, text, line->rest, labels) || line->rest == plain)
    return;
  if (find_label (line, text, plain, labels)) /* the digits belong to the label */
    line->number[0] = '\0';
}
