/* query.c: see query.h. Asked by verbs-search.c; must never look at anything but the text. */
#include "madoguchi/desk/query.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/desk/thread.h"
#include "madoguchi/model/taxonomy.h"
#include "madoguchi/model/tlp.h"

#include <string.h>

#define MAX_BYTES 4096
#define MAX_LEAVES 64
#define MAX_DEPTH 20
#define MAX_WORDS 200 /* of one term */

typedef struct {
  const char *text, *p;
  const MadoQueryHouse *house;
  guint leaves, depth;
} Parser;

static MadoQuery *parse_any (Parser *parser, GError **error);

void
mado_query_free (MadoQuery *query)
{
  if (query == NULL)
    return;
  g_clear_pointer (&query->children, g_ptr_array_unref);
  mado_terms_free (query->words);
  g_free (query->value);
  g_free (query);
}

static MadoQuery *
make (MadoQueryKind kind)
{
  MadoQuery *query = g_new0 (MadoQuery, 1);

  query->kind = kind;
  query->place = MADO_PLACES;
  if (kind <= MADO_QUERY_NOT)
    query->children = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_query_free);
  return query;
}

static gpointer fail (const Parser *parser, const char *at, GError **error, const char *format, ...) G_GNUC_PRINTF (4, 5);

static gpointer
fail (const Parser *parser, const char *at, GError **error, const char *format, ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_autofree char *what = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "character %ld: %s", g_utf8_pointer_to_offset (parser->text, at) + 1, what);
  return NULL;
}

static void
skip_blanks (Parser *parser)
{
  while (g_unichar_isspace (g_utf8_get_char (parser->p)))
    parser->p = g_utf8_next_char (parser->p);
}

/* The end of a word: a blank, a quote, or the ")" of a group that is open. */
static const char *
find_word_end (const Parser *parser, const char *p)
{
  guint inner = 0;

  for (; *p != '\0' && *p != '"' && !g_unichar_isspace (g_utf8_get_char (p)); p = g_utf8_next_char (p)) {
    if (*p == ')' && inner == 0 && parser->depth > 0)
      break;
    inner += *p == '(';
    inner -= *p == ')' && inner > 0;
  }
  return p;
}

/* (transfer full) the word or quoted phrase that begins here. */
static char *
take_value (Parser *parser, gboolean *is_quoted, GError **error)
{
  const char *start = parser->p, *end;

  *is_quoted = *start == '"';
  if (!*is_quoted) {
    end = find_word_end (parser, start);
    parser->p = end;
    return g_strndup (start, (gsize) (end - start));
  }
  end = strchr (start + 1, '"');
  if (end == NULL)
    return fail (parser, start, error, "a quoted phrase has no end");
  parser->p = end + 1;
  return g_strndup (start + 1, (gsize) (end - start - 1));
}

/* --- words ---------------------------------------------------------------------------------------------- */

/* (transfer full) @text without the usual words for dots and signs. */
static char *
refang (const char *text)
{
  static const char *const table[][2] = { { "[dot]", "." }, { "(dot)", "." }, { "[at]", "@" }, { "(at)", "@" } };
  GString *out = g_string_new (text);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_string_replace (out, table[i][0], table[i][1], 0);
  return g_string_free (out, FALSE);
}

static MadoQuery *
make_words (Parser *parser, const char *at, MadoPlace place, const char *value, gboolean is_quoted, GError **error)
{
  g_autofree char *text = refang (value);
  g_autoptr (MadoQuery) query = make (MADO_QUERY_WORDS);
  gsize length = strlen (value);

  if (!is_quoted && length > 1 && value[length - 1] == '*')
    return fail (parser, at, error, "words are found whole; there is no search for beginnings (*)");
  query->place = place;
  query->value = g_strdup (value);
  query->words = mado_terms_split (text, MAX_WORDS + 1);
  if (query->words->list->len == 0)
    return fail (parser, at, error, "there is no letter or digit to look for");
  if (query->words->list->len > MAX_WORDS)
    return fail (parser, at, error, "a term has at most %d words", MAX_WORDS);
  return g_steal_pointer (&query);
}

/* --- filters -------------------------------------------------------------------------------------------- */

static MadoQuery *
read_state (const Parser *parser, const char *at, const char *value, GError **error)
{
  MadoQuery *query;

  if (!mado_state_is (value) && strcmp (value, "unfinished") != 0)
    return fail (parser, at, error, "the state must be new, open, waiting, resolved, rejected or unfinished");
  query = make (MADO_QUERY_STATE);
  query->value = g_strdup (value);
  return query;
}

static MadoQuery *
read_owner (const Parser *parser, const char *at, const char *value, GError **error)
{
  MadoQuery *query = make (MADO_QUERY_OWNER);

  (void) at;
  (void) error;
  if (strcmp (value, "none") != 0)
    query->value = g_strdup (strcmp (value, "me") == 0 && parser->house->member != NULL ? parser->house->member : value);
  return query;
}

/* A category, or all of a class ("fraud"). */
static MadoQuery *
read_category (const Parser *parser, const char *at, const char *value, GError **error)
{
  MadoQuery *query = make (MADO_QUERY_CATEGORY);
  const char *tag = NULL, *name = mado_taxonomy_read (value, &tag);

  (void) parser;
  (void) at;
  (void) error;
  if (strcmp (value, "none") != 0)
    query->value = name != NULL ? g_strdup (name) : g_ascii_strdown (value, -1);
  return query;
}

static MadoQuery *
read_tlp (const Parser *parser, const char *at, const char *value, GError **error)
{
  g_autofree char *upper = g_ascii_strup (value, -1);
  g_autofree char *named = g_str_has_prefix (upper, "TLP:") ? g_strdup (upper) : g_strconcat ("TLP:", upper, NULL);
  const char *name = mado_tlp_name (mado_tlp_level (named));
  MadoQuery *query;

  if (name == NULL && strcmp (value, "none") != 0)
    return fail (parser, at, error, "the TLP must be RED, AMBER+STRICT, AMBER, GREEN, CLEAR or none");
  query = make (MADO_QUERY_TLP);
  query->value = g_strdup (name);
  return query;
}

static MadoQuery *
read_tag (const Parser *parser, const char *at, const char *value, GError **error)
{
  MadoQuery *query = make (MADO_QUERY_TAG);

  (void) parser;
  (void) at;
  (void) error;
  query->value = g_utf8_casefold (value, -1);
  return query;
}

static MadoQuery *
read_ticket (const Parser *parser, const char *at, const char *value, GError **error)
{
  char *number = mado_thread_parse_number (value, parser->house->prefix, parser->house->year);
  MadoQuery *query;

  if (number == NULL)
    return fail (parser, at, error, "no ticket: %s", value);
  query = make (MADO_QUERY_TICKET);
  query->value = number;
  return query;
}

static MadoQuery *
read_has (const Parser *parser, const char *at, const char *value, GError **error)
{
  if (strcmp (value, "attachment") != 0)
    return fail (parser, at, error, "only has:attachment is known");
  return make (MADO_QUERY_ATTACHMENT);
}

/* 2026, 2026-11 or 2026-11-21: where it begins (UTC). */
static gboolean
read_date (const char *value, gint64 *time)
{
  static const char pattern[] = "dddd-dd-dd";
  gsize length = strlen (value);
  int parts[3] = { 0, 1, 1 };

  if (length != 4 && length != 7 && length != 10)
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (pattern[i] == 'd' ? !g_ascii_isdigit (value[i]) : value[i] != '-')
      return FALSE;
  parts[0] = (int) g_ascii_strtoll (value, NULL, 10);
  if (length >= 7)
    parts[1] = (int) g_ascii_strtoll (value + 5, NULL, 10);
  if (length == 10)
    parts[2] = (int) g_ascii_strtoll (value + 8, NULL, 10);
  g_autoptr (GDateTime) date = g_date_time_new_utc (parts[0], parts[1], parts[2], 0, 0, 0);
  if (date == NULL)
    return FALSE;
  *time = g_date_time_to_unix (date);
  return TRUE;
}

static MadoQuery *
read_day (const Parser *parser, const char *at, MadoQueryKind kind, const char *value, GError **error)
{
  gint64 time;
  MadoQuery *query;

  if (!read_date (value, &time))
    return fail (parser, at, error, "a day is written 2026-11-21, a month 2026-11, a year 2026 (UTC)");
  query = make (kind);
  query->time = time;
  return query;
}

static MadoQuery *
read_before (const Parser *parser, const char *at, const char *value, GError **error)
{
  return read_day (parser, at, MADO_QUERY_BEFORE, value, error);
}

static MadoQuery *
read_after (const Parser *parser, const char *at, const char *value, GError **error)
{
  return read_day (parser, at, MADO_QUERY_AFTER, value, error);
}

static const struct {
  const char *name;
  MadoPlace place; /* where words are looked for; MADO_PLACES: a filter */
  MadoQuery *(*read) (const Parser *parser, const char *at, const char *value, GError **error);
} fields[] = {
  { "from", MADO_PLACE_FROM, NULL },
  { "to", MADO_PLACE_TO, NULL },
  { "subject", MADO_PLACE_SUBJECT, NULL },
  { "text", MADO_PLACE_TEXT, NULL },
  { "file", MADO_PLACE_FILE, NULL },
  { "indicator", MADO_PLACE_INDICATOR, NULL },
  { "state", MADO_PLACES, read_state },
  { "category", MADO_PLACES, read_category },
  { "owner", MADO_PLACES, read_owner },
  { "tlp", MADO_PLACES, read_tlp },
  { "tag", MADO_PLACES, read_tag },
  { "ticket", MADO_PLACES, read_ticket },
  { "before", MADO_PLACES, read_before },
  { "after", MADO_PLACES, read_after },
  { "has", MADO_PLACES, read_has },
};

/* The field whose name and colon stand here: its index; -1: none; -2: something that looks like one. */
static int
find_field (const Parser *parser)
{
  const char *end = parser->p;

  while (g_ascii_isalpha (*end))
    end++;
  if (*end != ':' || end == parser->p)
    return -1;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (strlen (fields[i].name) == (gsize) (end - parser->p) && g_ascii_strncasecmp (fields[i].name, parser->p, (gsize) (end - parser->p)) == 0)
      return (int) i;
  const char *word_end = find_word_end (parser, end + 1);
  if (end[1] == '/' || memchr (end + 1, ':', (gsize) (word_end - end - 1)) != NULL) /* an address of the web, of IPv6... */
    return -1;
  return -2;
}

static MadoQuery *
parse_field (Parser *parser, int field, GError **error)
{
  const char *start = parser->p;
  gboolean is_quoted;

  parser->p += strlen (fields[field].name) + 1;
  const char *at = parser->p;
  g_autofree char *value = take_value (parser, &is_quoted, error);
  if (value == NULL)
    return NULL;
  if (value[0] == '\0')
    return fail (parser, start, error, "nothing stands behind %s:", fields[field].name);
  return fields[field].read != NULL ? fields[field].read (parser, at, value, error)
                                    : make_words (parser, at, fields[field].place, value, is_quoted, error);
}

/* --- the tree ------------------------------------------------------------------------------------------- */

static MadoQuery *
parse_leaf (Parser *parser, GError **error)
{
  const char *start = parser->p;
  int field = find_field (parser);
  gboolean is_quoted;

  if (++parser->leaves > MAX_LEAVES)
    return fail (parser, start, error, "too many terms (at most %d)", MAX_LEAVES);
  if (field == -2)
    return fail (parser, start, error, "no such filter; put the word into quotes to look for it");
  if (field >= 0)
    return parse_field (parser, field, error);
  g_autofree char *value = take_value (parser, &is_quoted, error);
  return value != NULL ? make_words (parser, start, MADO_PLACES, value, is_quoted, error) : NULL;
}

static MadoQuery *
parse_group (Parser *parser, GError **error)
{
  const char *start = parser->p++;

  if (++parser->depth > MAX_DEPTH)
    return fail (parser, start, error, "too many parentheses inside each other");
  g_autoptr (MadoQuery) query = parse_any (parser, error);
  if (query == NULL)
    return NULL;
  if (*parser->p != ')')
    return fail (parser, start, error, "a parenthesis has no end");
  parser->p++;
  parser->depth--;
  return g_steal_pointer (&query);
}

static MadoQuery *
parse_one (Parser *parser, GError **error)
{
  if (*parser->p == '(')
    return parse_group (parser, error);
  if (*parser->p != '-')
    return parse_leaf (parser, error);
  const char *start = parser->p++;
  if (*parser->p == '-' || *parser->p == '\0' || g_unichar_isspace (g_utf8_get_char (parser->p)))
    return fail (parser, start, error, "nothing stands behind -");
  MadoQuery *child = parse_one (parser, error);
  if (child == NULL)
    return NULL;
  MadoQuery *query = make (MADO_QUERY_NOT);
  g_ptr_array_add (query->children, child);
  return query;
}

static gboolean
is_or (const char *p)
{
  return strncmp (p, "OR", 2) == 0 && (p[2] == '\0' || p[2] == '(' || g_unichar_isspace (g_utf8_get_char (p + 2)));
}

/* (transfer full) @query, or its only child. */
static MadoQuery *
unwrap (MadoQuery *query)
{
  if (query->children->len != 1)
    return query;
  MadoQuery *child = g_ptr_array_steal_index (query->children, 0);
  mado_query_free (query);
  return child;
}

static MadoQuery *
parse_all (Parser *parser, GError **error)
{
  g_autoptr (MadoQuery) all = make (MADO_QUERY_AND);

  skip_blanks (parser);
  while (*parser->p != '\0' && !(*parser->p == ')' && parser->depth > 0) && !is_or (parser->p)) {
    MadoQuery *child = parse_one (parser, error);
    if (child == NULL)
      return NULL;
    g_ptr_array_add (all->children, child);
    skip_blanks (parser);
  }
  if (all->children->len == 0)
    return fail (parser, parser->p, error, "a term is missing");
  return unwrap (g_steal_pointer (&all));
}

static MadoQuery *
parse_any (Parser *parser, GError **error)
{
  g_autoptr (MadoQuery) any = make (MADO_QUERY_OR);

  for (;;) {
    MadoQuery *child = parse_all (parser, error);
    if (child == NULL)
      return NULL;
    g_ptr_array_add (any->children, child);
    if (!is_or (parser->p))
      return unwrap (g_steal_pointer (&any));
    parser->p += 2;
  }
}

MadoQuery *
mado_query_parse (const char *text, const MadoQueryHouse *house, GError **error)
{
  Parser parser = { .text = text, .p = text, .house = house };

  if (!g_utf8_validate (text, -1, NULL) || strlen (text) > MAX_BYTES) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "a query is at most %d bytes of UTF-8", MAX_BYTES);
    return NULL;
  }
  return parse_any (&parser, error);
}

/* --- for the index -------------------------------------------------------------------------------------- */

static const char *const columns[] = { "sender", "people", "subject", "body", "file", "indicator" };

static char *
match_words (const MadoQuery *query)
{
  g_auto (GStrv) forms = mado_terms_list_needed (query->words);
  GString *out = g_string_new (NULL);

  if (query->place != MADO_PLACES)
    g_string_append_printf (out, "%s : ", columns[query->place]);
  g_string_append_c (out, '(');
  for (guint i = 0; forms[i] != NULL; i++) /* no quote is a letter */
    g_string_append_printf (out, "%s\"%s\"", i == 0 ? "" : " AND ", forms[i]);
  g_string_append_c (out, ')');
  return g_string_free (out, FALSE);
}

static char *
match_children (const MadoQuery *query)
{
  g_autoptr (GString) out = g_string_new (NULL);
  gboolean is_or_node = query->kind == MADO_QUERY_OR;

  for (guint i = 0; i < query->children->len; i++) {
    g_autofree char *child = mado_query_to_match (query->children->pdata[i]);
    if (child == NULL && is_or_node)
      return NULL;
    if (child != NULL)
      g_string_append_printf (out, "%s%s", out->len == 0 ? "(" : is_or_node ? " OR " : " AND ", child);
  }
  return out->len > 0 ? g_strconcat (out->str, ")", NULL) : NULL;
}

char *
mado_query_to_match (const MadoQuery *query)
{
  switch (query->kind) {
  case MADO_QUERY_AND:
  case MADO_QUERY_OR:
    return match_children (query);
  case MADO_QUERY_WORDS:
    return match_words (query);
  default:
    return NULL;
  }
}
