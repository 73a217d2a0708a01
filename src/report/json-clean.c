/* json-clean.c: see json-clean.h. Called by json.c in the opener's child.
 *
 * json-glib recurses, takes 300 bytes for an empty object, lets a name hide another one, cuts strings at U+0000, stumbles
 * over half of a surrogate pair and turns large numbers into others (measured with 1.6.6): so it is shown clean texts only.
 */
#include "madoguchi/report/json-clean.h"

#include <string.h>

#define TEXTS_MAX 10000
#define NUMBER_MAX 17  /* digits and signs that a machine word surely holds */
#define NUMBER_KEPT 64 /* bytes of a longer one */

typedef struct {
  const char *start, *at, *end;
  const char *copied; /* what stands before is in the copy */
  MadoJsonClean *out;
  const MadoJsonLimits *limits;
  guint names;
  guint depth;
  char closing[MADO_JSON_DEPTH_MAX];
  guint members[MADO_JSON_DEPTH_MAX];
} Lexer;

static gboolean
fail (Lexer *lexer, const char *what)
{
  if (lexer->out->trouble == NULL)
    lexer->out->trouble = g_strdup_printf ("%s (byte %" G_GSIZE_FORMAT ")", what, (gsize) (lexer->at - lexer->start));
  return FALSE;
}

static gboolean
fail_too_many (Lexer *lexer, const char *what, guint max)
{
  g_autofree char *sentence = g_strdup_printf ("%s %u", what, max);
  return fail (lexer, sentence);
}

static void
copy (Lexer *lexer)
{
  g_string_append_len (lexer->out->text, lexer->copied, lexer->at - lexer->copied);
  lexer->copied = lexer->at;
}

/* Puts @text in place of the next @size bytes. */
static void
replace (Lexer *lexer, gsize size, const char *text, guint mended)
{
  copy (lexer);
  g_string_append (lexer->out->text, text);
  lexer->at += size;
  lexer->copied = lexer->at;
  lexer->out->mended |= mended;
}

static void
skip_blanks (Lexer *lexer)
{
  while (lexer->at < lexer->end && strchr (" \t\r\n", *lexer->at) != NULL && *lexer->at != '\0')
    lexer->at++;
}

static gboolean
peek (const Lexer *lexer, char c)
{
  return lexer->at < lexer->end && *lexer->at == c;
}

/* The code unit of "\uXXXX" at @text; -1: there is none. */
static int
read_unit (const char *text, const char *end)
{
  int unit = 0;

  if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
    return -1;
  for (int i = 2; i < 6; i++) {
    int digit = g_ascii_xdigit_value (text[i]);
    if (digit < 0)
      return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

static gboolean
is_in (int unit, int first, int last)
{
  return unit >= first && unit <= last;
}

static gboolean
read_escape (Lexer *lexer)
{
  int unit = read_unit (lexer->at, lexer->end), next;

  if (unit < 0) {
    if (lexer->end - lexer->at < 2 || lexer->at[1] == '\0' || strchr ("\"\\/bfnrt", lexer->at[1]) == NULL)
      return fail (lexer, "a string has an escape that JSON does not have");
    lexer->at += 2;
    return TRUE;
  }
  if (unit == 0) {
    replace (lexer, 6, "\\ufffd", MADO_JSON_MENDED_NUL);
    return TRUE;
  }
  if (!is_in (unit, 0xd800, 0xdfff)) {
    lexer->at += 6;
    return TRUE;
  }
  next = read_unit (lexer->at + 6, lexer->end);
  if (is_in (unit, 0xd800, 0xdbff) && is_in (next, 0xdc00, 0xdfff))
    lexer->at += 12;
  else
    replace (lexer, 6, "\\ufffd", MADO_JSON_MENDED_SURROGATE);
  return TRUE;
}

static gboolean
read_string (Lexer *lexer)
{
  lexer->at++;
  while (lexer->at < lexer->end && *lexer->at != '"') {
    guchar c = (guchar) *lexer->at;
    if (c == '\\') {
      if (!read_escape (lexer))
        return FALSE;
    } else if (c < 0x20) {
      char escaped[8];
      g_snprintf (escaped, sizeof escaped, "\\u%04x", c);
      replace (lexer, 1, escaped, MADO_JSON_MENDED_CONTROL);
    } else {
      lexer->at++;
    }
  }
  if (lexer->at >= lexer->end)
    return fail (lexer, "it ends inside of a string");
  lexer->at++;
  return TRUE;
}

static gsize
count_digits (const Lexer *lexer, const char *at)
{
  const char *first = at;

  while (at < lexer->end && g_ascii_isdigit (*at))
    at++;
  return (gsize) (at - first);
}

/* RFC 8259, 6; a leading zero is let be. */
static gboolean
read_number (Lexer *lexer)
{
  const char *at = lexer->at + (*lexer->at == '-'), *first = lexer->at;
  gsize digits = count_digits (lexer, at), size;
  gboolean is_long;

  if (digits == 0)
    return fail (lexer, "there is something that is no value");
  is_long = digits > NUMBER_MAX;
  at += digits;
  if (at < lexer->end && *at == '.') {
    digits = count_digits (lexer, ++at);
    if (digits == 0)
      return fail (lexer, "there is something that is no number");
    at += digits;
  }
  if (at < lexer->end && (*at == 'e' || *at == 'E')) {
    at += 1 + (at + 1 < lexer->end && (at[1] == '+' || at[1] == '-'));
    digits = count_digits (lexer, at);
    if (digits == 0)
      return fail (lexer, "there is something that is no number");
    is_long = is_long || digits > 2;
    at += digits;
  }
  size = (gsize) (at - first);
  if (is_long || size > 2 * NUMBER_MAX) {
    g_autofree char *kept = g_strdup_printf ("\"%.*s\"", (int) MIN (size, NUMBER_KEPT), first);
    replace (lexer, size, kept, MADO_JSON_MENDED_NUMBER);
  } else if (lexer->at[*lexer->at == '-'] == '0' && size > 1 && g_ascii_isdigit (lexer->at[1 + (*lexer->at == '-')])) {
    g_autofree char *kept = g_strdup_printf ("\"%.*s\"", (int) size, first); /* "007" would be octal */
    replace (lexer, size, kept, MADO_JSON_MENDED_NUMBER);
  } else {
    lexer->at = at;
  }
  return TRUE;
}

static gboolean
read_scalar (Lexer *lexer)
{
  static const char *const words[] = { "true", "false", "null" };

  if (lexer->at >= lexer->end)
    return fail (lexer, "it ends in the middle");
  if (*lexer->at == '"')
    return read_string (lexer);
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++) {
    gsize size = strlen (words[i]);
    if ((gsize) (lexer->end - lexer->at) >= size && memcmp (lexer->at, words[i], size) == 0
        && (lexer->at + size == lexer->end || !g_ascii_isalnum (lexer->at[size]))) {
      lexer->at += size;
      return TRUE;
    }
  }
  return read_number (lexer);
}

/* The name of a member, its colon, and the blanks around it. */
static gboolean
read_name (Lexer *lexer)
{
  skip_blanks (lexer);
  if (!peek (lexer, '"'))
    return fail (lexer, lexer->at >= lexer->end ? "it ends in the middle" : "an object has a member without a name");
  if (++lexer->members[lexer->depth - 1] > MADO_JSON_MEMBERS_MAX)
    return fail_too_many (lexer, "an object has more members than", MADO_JSON_MEMBERS_MAX);
  lexer->names++;
  if (!read_string (lexer))
    return FALSE;
  skip_blanks (lexer);
  if (!peek (lexer, ':'))
    return fail (lexer, "a member has no value");
  lexer->at++;
  skip_blanks (lexer);
  return TRUE;
}

/* An array or an object begins. @is_empty: (out) it is over already. */
static gboolean
enter (Lexer *lexer, gboolean *is_empty)
{
  char closing = *lexer->at == '{' ? '}' : ']';

  if (lexer->depth >= lexer->limits->depth)
    return fail_too_many (lexer, "it is nested deeper than [formats] depth:", lexer->limits->depth);
  lexer->closing[lexer->depth] = closing;
  lexer->members[lexer->depth++] = 0;
  lexer->at++;
  skip_blanks (lexer);
  *is_empty = peek (lexer, closing);
  return *is_empty || closing == ']' || read_name (lexer);
}

/* What may stand behind a value. @more: (out) another value follows. */
static gboolean
leave (Lexer *lexer, gboolean *more)
{
  *more = FALSE;
  while (lexer->depth > 0) {
    char closing = lexer->closing[lexer->depth - 1];
    skip_blanks (lexer);
    if (peek (lexer, ',')) {
      lexer->at++;
      skip_blanks (lexer);
      *more = TRUE;
      return closing == ']' || read_name (lexer);
    }
    if (!peek (lexer, closing))
      return fail (lexer, lexer->at >= lexer->end ? "it ends in the middle" : "a comma or a bracket is missing");
    lexer->at++;
    lexer->depth--;
  }
  return TRUE;
}

/* One value with all that is in it. */
static gboolean
read_text (Lexer *lexer)
{
  gboolean more = TRUE, is_empty;

  while (more) {
    if (++lexer->out->values > lexer->limits->values)
      return fail (lexer, "there are more values than [formats] values allows one mail");
    if (peek (lexer, '{') || peek (lexer, '[')) {
      if (!enter (lexer, &is_empty))
        return FALSE;
      if (!is_empty)
        continue;
    } else if (!read_scalar (lexer)) {
      return FALSE;
    }
    if (!leave (lexer, &more))
      return FALSE;
  }
  return TRUE;
}

void
mado_json_clean (const char *text, gsize size, const MadoJsonLimits *limits, MadoJsonClean *clean)
{
  Lexer lexer = { .start = text, .at = text, .end = text + size, .copied = text, .out = clean, .limits = limits };

  g_return_if_fail (limits->depth <= MADO_JSON_DEPTH_MAX);
  clean->text = g_string_new (NULL);
  clean->ends = g_array_new (FALSE, FALSE, sizeof (gsize));
  if (size > limits->bytes) {
    clean->trouble = g_strdup_printf ("it has more bytes than [formats] size: %" G_GSIZE_FORMAT, limits->bytes);
    return;
  }
  if (memchr (text, '\0', size) != NULL) {
    clean->trouble = g_strdup ("it holds NUL bytes");
    return;
  }
  for (skip_blanks (&lexer); lexer.at < lexer.end; skip_blanks (&lexer)) {
    gsize before = clean->text->len;
    lexer.copied = lexer.at;
    lexer.depth = 0;
    if (clean->ends->len >= TEXTS_MAX)
      fail_too_many (&lexer, "it has more JSON texts than", TEXTS_MAX);
    if (clean->trouble != NULL || !read_text (&lexer)) {
      g_string_truncate (clean->text, before);
      return;
    }
    copy (&lexer);
    clean->members = lexer.names;
    g_array_append_val (clean->ends, clean->text->len);
  }
}

void
mado_json_clean_clear (MadoJsonClean *clean)
{
  if (clean->text != NULL)
    g_string_free (clean->text, TRUE);
  clean->text = NULL;
  g_clear_pointer (&clean->ends, g_array_unref);
  g_clear_pointer (&clean->trouble, g_free);
}
