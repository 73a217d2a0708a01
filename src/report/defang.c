/* defang.c: see defang.h. Called by the scanner in the opener's child.
 *
 * One walk over the line. At a bracket, a backslash, a dot or one of the words, the next few bytes decide; what is
 * not such a habit is copied as it is. */
#include "madoguchi/report/defang.h"

#include <string.h>

#define WORD_SPACES 2   /* around what stands in brackets */
#define STOP_REACH 64   /* bytes to look ahead for another dot */

typedef struct {
  MadoDefanged *out;
  const char *start, *end;
  gboolean is_host;        /* between "://" and the end of the host */
  gboolean has_plain_dot;  /* ... and a dot was written in it as it is */
  char closing;            /* a bracket that was opened and left out: its other half, to be left out, too */
} Walk;

/* What stands in brackets, or after "\", and what it means. Longest first. */
static const struct {
  const char *sign;
  const char *means;
  gboolean is_word; /* stands between names only */
} habits[] = {
  { "アットマーク", "@", TRUE }, { "ドット", ".", TRUE }, { "どっと", ".", TRUE }, { "ﾄﾞｯﾄ", ".", TRUE },
  { "アット", "@", TRUE }, { "あっと", "@", TRUE }, { "ｱｯﾄ", "@", TRUE },
  { "punkt", ".", TRUE }, { "point", ".", TRUE }, { "dot", ".", TRUE }, { "d0t", ".", TRUE }, { "at", "@", TRUE },
  { "://", "://", FALSE }, { "：／／", "://", FALSE }, { ":\\\\", "://", FALSE }, { "//", "//", FALSE }, { "::", "::", FALSE },
  { ":", ":", FALSE }, { "：", ":", FALSE }, { "/", "/", FALSE }, { "／", "/", FALSE }, { "@", "@", FALSE }, { "＠", "@", FALSE },
  { "・", ".", TRUE }, { "。", ".", TRUE }, { "．", ".", TRUE }, { ".", ".", TRUE }, { ",", ".", TRUE }, { "-", "-", TRUE },
};
#define BARE_WORDS 7 /* the first ones stand for themselves even without brackets */

void
mado_defanged_init (MadoDefanged *out)
{
  out->text = g_string_new (NULL);
  out->from = g_array_new (FALSE, FALSE, sizeof (guint32));
  out->to = g_array_new (FALSE, FALSE, sizeof (guint32));
}

void
mado_defanged_clear (MadoDefanged *out)
{
  if (out->text != NULL)
    g_string_free (out->text, TRUE);
  g_clear_pointer (&out->from, g_array_unref);
  g_clear_pointer (&out->to, g_array_unref);
  out->text = NULL;
}

gunichar
mado_defang_fold (gunichar c)
{
  if (c < 0x80)
    return c;
  if (c >= 0xff01 && c <= 0xff5e)
    return c - 0xfee0;
  if (c == 0x3000 || c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f)
    return ' ';
  if ((c >= 0x2010 && c <= 0x2015) || c == 0x2212)
    return '-';
  if (c == 0x2024 || c == 0xfe52)
    return '.';
  if (c == 0xfe6b)
    return '@';
  return c;
}

static void
emit (Walk *walk, const char *bytes, gsize length, const char *from, const char *to)
{
  guint32 first = (guint32) (from - walk->start), after = (guint32) (to - walk->start);

  g_string_append_len (walk->out->text, bytes, (gssize) length);
  for (gsize i = 0; i < length; i++) {
    g_array_append_val (walk->out->from, first);
    g_array_append_val (walk->out->to, after);
  }
}

/* The last byte of the copy, @back bytes before its end; 0 before its start. */
static char
last (const Walk *walk, gsize back)
{
  const GString *text = walk->out->text;

  return text->len > back ? text->str[text->len - 1 - back] : '\0';
}

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || c == '-' || c == '_' || (guchar) c >= 0x80;
}

/* The character at @p, folded; 0 at the end. @next: after it. */
static gunichar
peek (const Walk *walk, const char *p, const char **next)
{
  gunichar c;

  *next = p;
  if (p >= walk->end)
    return 0;
  c = (guchar) *p < 0x80 ? (gunichar) (guchar) *p : g_utf8_get_char_validated (p, walk->end - p);
  if (c == (gunichar) -1 || c == (gunichar) -2) {
    *next = p + 1;
    return 0xfffd;
  }
  *next = g_utf8_next_char (p);
  return mado_defang_fold (c);
}

static const char *
skip_spaces (const Walk *walk, const char *p, guint max)
{
  const char *next;

  while (max-- > 0 && peek (walk, p, &next) == ' ')
    p = next;
  return p;
}

static gboolean
is_name_start (const Walk *walk, const char *p)
{
  const char *next;
  gunichar c = peek (walk, p, &next);

  return c < 0x80 ? g_ascii_isalnum ((char) c) || c == '_' : g_unichar_isalnum (c);
}

static gboolean
starts_with (const Walk *walk, const char *p, const char *word)
{
  gsize length = strlen (word);

  return (gsize) (walk->end - p) >= length && g_ascii_strncasecmp (p, word, length) == 0;
}

static const char *
skip_backslash (const Walk *walk, const char *p)
{
  return p < walk->end && *p == '\\' && p + 1 < walk->end && !g_ascii_isalnum (p[1]) ? p + 1 : p;
}

/* A word that replaces a sign may have a space on each side. */
static void
drop_space (Walk *walk)
{
  MadoDefanged *out = walk->out;

  if (last (walk, 0) != ' ' || !is_name_char (last (walk, 1)))
    return;
  g_string_truncate (out->text, out->text->len - 1);
  g_array_set_size (out->from, (guint) out->text->len);
  g_array_set_size (out->to, (guint) out->text->len);
}

static gunichar
other_half (gunichar c)
{
  static const gunichar pairs[][2] = { { '[', ']' }, { '(', ')' }, { '{', '}' }, { '<', '>' }, { 0x3010, 0x3011 },
                                       { 0x3014, 0x3015 }, { 0x300c, 0x300d }, { 0x300e, 0x300f } };

  for (gsize i = 0; i < G_N_ELEMENTS (pairs); i++)
    if (pairs[i][0] == c)
      return pairs[i][1];
  return 0;
}

/* May the sign @means stand here, with @after following? */
static gboolean
fits (const Walk *walk, const char *means, gboolean is_word, const char *after)
{
  const char *p = skip_spaces (walk, after, 1);
  char before = last (walk, 0) == ' ' ? last (walk, 1) : last (walk, 0);

  if (!is_word)
    return TRUE;
  if (!is_name_char (before))
    return FALSE;
  if (is_name_start (walk, p))
    return TRUE;
  return *means == '.' && p < walk->end && (*p == '[' || *p == '(' || *p == '{'); /* "[.][com]" */
}

static const char *
take_sign (Walk *walk, const char *means, gboolean is_word, const char *from, const char *after)
{
  if (is_word) {
    drop_space (walk);
    if (is_name_start (walk, skip_spaces (walk, after, 1)))
      after = skip_spaces (walk, after, 1);
  }
  emit (walk, means, strlen (means), from, after);
  if (strstr (means, "://") != NULL) {
    walk->is_host = TRUE;
    walk->has_plain_dot = FALSE;
  }
  return after;
}

/* "[.]", "(dot)", "{at}", "[://]"... at the bracket @p. NULL: it is no such thing. */
static const char *
take_bracket (Walk *walk, const char *p)
{
  const char *inside, *next;
  gunichar closing = other_half (peek (walk, p, &inside));

  if (closing == 0)
    return NULL;
  inside = skip_backslash (walk, skip_spaces (walk, inside, WORD_SPACES));
  if (inside >= walk->end || ((guchar) *inside < 0x80 && strchr ("PADpad.,:/@-]", *inside) == NULL))
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (habits); i++) {
    const char *after, *end;
    if (!starts_with (walk, inside, habits[i].sign))
      continue;
    after = inside + strlen (habits[i].sign);
    end = skip_backslash (walk, skip_spaces (walk, after, WORD_SPACES));
    if (peek (walk, end, &next) == closing)
      return fits (walk, habits[i].means, habits[i].is_word, next) ? take_sign (walk, habits[i].means, habits[i].is_word, p, next) : NULL;
    if (closing < 0x80 && strcmp (habits[i].sign, ".") == 0 && fits (walk, ".", TRUE, after)) { /* "[.com]" and "[.com" */
      walk->closing = (char) closing;
      return take_sign (walk, ".", TRUE, p, after);
    }
  }
  if (closing == ']' && peek (walk, inside, &next) == ']' && is_name_char (last (walk, 0)) && is_name_start (walk, next))
    return take_sign (walk, ".", TRUE, p, next); /* "example[]com" */
  return NULL;
}

/* "http[s]://" */
static const char *
take_bracketed_s (Walk *walk, const char *p)
{
  if (walk->end - p < 4 || strchr ("[(", p[0]) == NULL || (p[1] != 's' && p[1] != 'S') || strchr ("])", p[2]) == NULL
      || strchr (":[(", p[3]) == NULL || !g_ascii_isalpha (last (walk, 0)))
    return NULL;
  emit (walk, "s", 1, p, p + 3);
  return p + 3;
}

/* The words that stand between names without brackets. */
static const char *
take_bare_word (Walk *walk, const char *p)
{
  if ((guchar) *p < 0x80)
    return NULL;
  for (gsize i = 0; i < BARE_WORDS; i++) {
    const char *after = p + strlen (habits[i].sign), *behind;
    char before = last (walk, 0) == ' ' ? last (walk, 1) : last (walk, 0);
    if (!starts_with (walk, p, habits[i].sign))
      continue;
    behind = skip_spaces (walk, after, 1);
    if (!g_ascii_isalnum (before) || behind >= walk->end || !g_ascii_isalnum ((char) MIN (peek (walk, behind, &after), 0x7f)))
      return NULL;
    return take_sign (walk, habits[i].means, TRUE, p, p + strlen (habits[i].sign));
  }
  return NULL;
}

/* Is there a plain dot in the name that ends the copy, or in the one that begins at @p? */
static gboolean
has_dot_around (const Walk *walk, const char *p)
{
  const GString *text = walk->out->text;

  for (gsize i = text->len; i > 0 && text->len - i < STOP_REACH && (is_name_char (text->str[i - 1]) || text->str[i - 1] == '.'); i--)
    if (text->str[i - 1] == '.')
      return TRUE;
  for (const char *q = p; q < walk->end && q - p < STOP_REACH && (g_ascii_isalnum (*q) || *q == '-' || *q == '.'); q++)
    if (*q == '.')
      return TRUE;
  return FALSE;
}

/* The ideographic full stop ends a sentence, unless it is the only kind of dot between ASCII names. */
static const char *
take_full_stop (Walk *walk, const char *p, const char *next)
{
  if (!g_ascii_isalnum (last (walk, 0)) || next >= walk->end || !g_ascii_isalnum (*next) || has_dot_around (walk, next))
    return NULL;
  emit (walk, ".", 1, p, next);
  return next;
}

/* A colon: "http:\\" and "http:__" mean "http://". */
static const char *
take_colon (Walk *walk, const char *p)
{
  gboolean is_scheme = g_ascii_isalpha (last (walk, 0)) && g_ascii_isalpha (last (walk, 1)) && g_ascii_isalpha (last (walk, 2));

  if (walk->end - p < 4 || !is_scheme)
    return NULL;
  if (memcmp (p + 1, "\\\\", 2) != 0 && memcmp (p + 1, "__", 2) != 0 && memcmp (p + 1, "\\/", 2) != 0)
    return NULL;
  p += 3;
  if (p < walk->end && (*p == '\\' || *p == '/')) /* "http:\/\/" as JSON writes it */
    p += *p == '\\' && p + 1 < walk->end && p[1] == '/' ? 2 : 1;
  return take_sign (walk, "://", FALSE, p - 3, p);
}

/* A space before a dot: "example . com", "192 . 168 . 0 . 1". Only what can be nothing else: both sides spaced, and
 * an ending that is common. */
static const char *
take_spaced_dot (Walk *walk, const char *p)
{
  static const char *const endings[] = { "com", "net", "org", "info", "biz", "ru", "cn", "jp", "de", "uk", "eu", "io", "xyz", "top" };
  const char *after = p + 3;

  if (walk->end - p < 4 || memcmp (p, " . ", 3) != 0 || !g_ascii_isalnum (last (walk, 0)))
    return NULL;
  if (g_ascii_isdigit (last (walk, 0)) && g_ascii_isdigit (*after)) {
    emit (walk, ".", 1, p, after);
    return after;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++) {
    gsize length = strlen (endings[i]);
    if (starts_with (walk, after, endings[i]) && g_ascii_islower (*after)
        && (after + length == walk->end || !g_ascii_isalnum (after[length]))) {
      emit (walk, ".", 1, p, after);
      return after;
    }
  }
  return NULL;
}

static void
follow_host (Walk *walk, char c)
{
  const GString *text = walk->out->text;

  if (c == '/' && text->len >= 3 && memcmp (text->str + text->len - 3, "://", 3) == 0) {
    walk->is_host = TRUE;
    walk->has_plain_dot = FALSE;
  } else if (walk->is_host && strchr ("/ ?#\"'<>", c) != NULL) {
    walk->is_host = FALSE;
  } else if (c == '.') {
    walk->has_plain_dot = TRUE;
  }
  if (strchr (" \t/\"'<>", c) != NULL)
    walk->closing = '\0';
}

/* "http://[example.com": a bracket that is none of an IPv6 address. */
static const char *
take_lone_bracket (Walk *walk, const char *p)
{
  gsize colons = 0;
  const char *q = p + 1;

  if (*p != '[' || !walk->is_host || last (walk, 0) != '/' || q >= walk->end || !g_ascii_isalnum (*q))
    return NULL;
  for (; q < walk->end && q - p < 48 && (g_ascii_isxdigit (*q) || *q == ':' || *q == '.'); q++)
    colons += *q == ':';
  if (colons >= 2)
    return NULL;
  walk->closing = ']';
  return p + 1;
}

/* The ASCII sign @p, when it is part of a habit. NULL: it is just itself. */
static const char *
take_sign_at (Walk *walk, const char *p)
{
  const char *next = NULL;

  switch (*p) {
  case '[':
  case '(':
  case '{':
  case '<':
    next = take_bracket (walk, p);
    next = next != NULL ? next : take_bracketed_s (walk, p);
    return next != NULL ? next : take_lone_bracket (walk, p);
  case ']':
  case ')':
  case '}':
    if (walk->closing != *p)
      return NULL;
    walk->closing = '\0';
    return p + 1;
  case '\\': /* "example\.com", "\[.\]" */
    return p + 1 < walk->end && strchr (".[(:@", p[1]) != NULL && is_name_char (last (walk, 0)) ? p + 1 : NULL;
  case '.': /* "example.]com" */
    if (p + 2 >= walk->end || p[1] != ']' || !is_name_char (last (walk, 0)) || !g_ascii_isalnum (p[2]))
      return NULL;
    emit (walk, ".", 1, p, p + 2);
    return p + 2;
  case ':':
    return take_colon (walk, p);
  case ' ':
    return take_spaced_dot (walk, p);
  case ',': /* "http://example,com/" */
    if (!walk->is_host || walk->has_plain_dot || !g_ascii_isalnum (last (walk, 0)) || p + 1 >= walk->end || !g_ascii_isalnum (p[1]))
      return NULL;
    emit (walk, ".", 1, p, p + 1);
    return p + 1;
  default:
    return NULL;
  }
}

static gboolean
is_invisible (gunichar c)
{
  return c == 0xad || (c >= 0x200b && c <= 0x200d) || c == 0x2060 || c == 0xfeff;
}

/* Full-width signs count like the ASCII ones where that matters: as brackets. */
static const char *
take_wide (Walk *walk, const char *p, const char *next, gunichar c)
{
  const char *after;

  if (is_invisible (c))
    return next;
  if (c == 0x3002 || c == 0xff61)
    return take_full_stop (walk, p, next);
  if (other_half (c) != 0 && (after = take_bracket (walk, p)) != NULL)
    return after;
  if (walk->closing != '\0' && c == (gunichar) walk->closing) {
    walk->closing = '\0';
    return next;
  }
  return take_bare_word (walk, p);
}

void
mado_defang_line (MadoDefanged *out, const char *line, gsize size)
{
  Walk walk = { out, line, line + size, FALSE, FALSE, '\0' };
  const char *p = line, *next, *after;

  g_string_truncate (out->text, 0);
  g_array_set_size (out->from, 0);
  g_array_set_size (out->to, 0);
  while (p < walk.end) {
    gunichar c = peek (&walk, p, &next);
    after = (guchar) *p < 0x80 ? take_sign_at (&walk, p) : take_wide (&walk, p, next, c);
    if (after != NULL) {
      p = after;
      continue;
    }
    if (c < 0x80) {
      char byte = (char) c;
      emit (&walk, &byte, 1, p, next);
      follow_host (&walk, byte);
    } else {
      emit (&walk, p, (gsize) (next - p), p, next);
    }
    p = next;
  }
}
