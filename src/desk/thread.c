/* thread.c: see thread.h. */
#include "madoguchi/desk/thread.h"
#include "madoguchi/model/reply-token.h"

#include <string.h>

#define MAX_TAGS 8
#define MAX_DIGITS 9

static gboolean
is_automatic (const MadoReport *report)
{
  const MadoHeaderFacts *headers = report->headers;

  return headers != NULL
         && (headers->is_receipt || (headers->auto_submitted != NULL && strcmp (headers->auto_submitted, "no") != 0));
}

static MadoThreadVerdict
join (const MadoThreadFacts *facts, gint64 incident, const char *reason)
{
  gboolean is_bounce = facts->report->headers != NULL && facts->report->headers->is_delivery_report;
  const char *state = is_bounce ? "bounce" : is_automatic (facts->report) ? "auto_reply" : "joined";

  return (MadoThreadVerdict){ state, incident, reason, facts->clash };
}

MadoThreadVerdict
mado_thread_decide (const MadoThreadFacts *facts)
{
  if (facts->same)
    return (MadoThreadVerdict){ "duplicate", facts->same_in, "same-message-id", FALSE };
  if (facts->reported != 0)
    return join (facts, facts->reported, "returned");
  if (facts->own != 0)
    return join (facts, facts->own, "own");
  if (facts->referenced != 0)
    return join (facts, facts->referenced, "reference");
  if (facts->tokened != 0)
    return join (facts, facts->tokened, "token");
  if (facts->tagged != 0 && facts->belongs)
    return join (facts, facts->tagged, "tag");
  if (facts->tagged != 0)
    return (MadoThreadVerdict){ "held", facts->tagged, "unconfirmed-tag", facts->clash };
  if (facts->aliased != 0 && facts->alias_belongs)
    return join (facts, facts->aliased, "alias");
  if (facts->aliased != 0)
    return (MadoThreadVerdict){ "held", facts->aliased, "unconfirmed-alias", facts->clash };
  if (facts->is_feed)
    return (MadoThreadVerdict){ "feed", 0, "feed", facts->clash };
  return (MadoThreadVerdict){ "ticket", 0, "new", facts->clash };
}

gboolean
mado_thread_names_team (const char *external_id)
{
  static const char *const common[] = { "",   "ticket", "case",   "request", "incident", "issue", "id",     "ref", "bug", "report",
                                        "no", "nr",     "inc",    "sr",      "tt",       "event", "abuse", "task", NULL };
  const char *hash = strrchr (external_id, '#');
  g_autofree char *name = g_ascii_strdown (external_id, hash != NULL ? hash - external_id : -1);

  return !g_strv_contains (common, g_strstrip (name));
}

static const char *
skip_spaces (const char *p)
{
  while (*p != '\0' && g_unichar_isspace (g_utf8_get_char (p)))
    p = g_utf8_next_char (p);
  return p;
}

static gboolean
is_dash (gunichar c)
{
  return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x2212;
}

/* Reads "2026-000001" at @p. @end: where it stops. NULL when it is none. */
static char *
read_number (const char *p, const char **end)
{
  const char *digits;
  gsize n;

  for (int i = 0; i < 4; i++)
    if (!g_ascii_isdigit (p[i]))
      return NULL;
  digits = skip_spaces (p + 4);
  if (!is_dash (g_utf8_get_char (digits)))
    return NULL;
  digits = skip_spaces (g_utf8_next_char (digits));
  n = strspn (digits, "0123456789");
  if (n == 0 || n > MAX_DIGITS)
    return NULL;
  *end = digits + n;
  return g_strdup_printf ("%.4s-%06" G_GINT64_FORMAT, p, g_ascii_strtoll (digits, NULL, 10));
}

/* Reads "PREFIX #" at @p; NULL when it is not there. */
static const char *
read_prefix (const char *p, const char *prefix)
{
  gsize length = strlen (prefix);

  p = skip_spaces (p);
  if (g_ascii_strncasecmp (p, prefix, length) != 0)
    return NULL;
  p = skip_spaces (p + length);
  return *p == '#' ? skip_spaces (p + 1) : NULL;
}

static gboolean
is_closing (const char *p, gboolean is_square)
{
  gunichar c = g_utf8_get_char (skip_spaces (p));

  return is_square ? c == ']' : c == 0x3011;
}

/* The tag that begins with the bracket at @p. */
static char *
read_tag (const char *p, const char *prefix)
{
  gunichar bracket = g_utf8_get_char (p);
  const char *end = NULL;

  if (bracket != '[' && bracket != 0x3010)
    return NULL;
  p = read_prefix (g_utf8_next_char (p), prefix);
  if (p == NULL)
    return NULL;
  g_autofree char *number = read_number (p, &end);
  return number != NULL && is_closing (end, bracket == '[') ? g_steal_pointer (&number) : NULL;
}

char **
mado_thread_find_tags (const char *subject, const char *prefix)
{
  g_autoptr (GPtrArray) tags = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = subject != NULL ? g_utf8_normalize (subject, -1, G_NORMALIZE_ALL_COMPOSE) : NULL;
  g_autofree char *name = g_utf8_normalize (prefix, -1, G_NORMALIZE_ALL_COMPOSE);

  for (const char *p = text; p != NULL && *p != '\0' && tags->len < MAX_TAGS; p = g_utf8_next_char (p)) {
    char *number = read_tag (p, name != NULL ? name : prefix);
    if (number != NULL)
      g_ptr_array_add (tags, number);
  }
  g_ptr_array_add (tags, NULL);
  g_ptr_array_set_free_func (tags, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&tags), FALSE);
}

char *
mado_thread_find_token (const char *address, const char *const *team)
{
  const char *plus = address != NULL ? strchr (address, '+') : NULL;
  const char *at = plus != NULL ? strrchr (plus, '@') : NULL;

  if (at == NULL || !mado_reply_token_fits ((gsize) (at - plus) - 1))
    return NULL;
  g_autofree char *plain = g_strdup_printf ("%.*s%s", (int) (plus - address), address, at);
  for (gsize i = 0; team[i] != NULL; i++)
    if (g_ascii_strcasecmp (plain, team[i]) == 0)
      return g_ascii_strdown (plus + 1, at - plus - 1); /* mail programs may change the case of what people type */
  return NULL;
}

char *
mado_thread_parse_number (const char *text, const char *prefix, int year)
{
  g_autofree char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_ALL_COMPOSE);
  const char *p = normal != NULL ? skip_spaces (normal) : "";
  const char *end = NULL;
  gboolean is_square = *p == '[';

  if (is_square)
    p = skip_spaces (p + 1);
  const char *after = read_prefix (p, prefix);
  if (after != NULL)
    p = after;
  else if (*p == '#')
    p = skip_spaces (p + 1);
  g_autofree char *number = read_number (p, &end);
  gsize n = strspn (p, "0123456789");
  if (number == NULL && n > 0 && n <= MAX_DIGITS) {
    number = g_strdup_printf ("%04d-%06" G_GINT64_FORMAT, year, g_ascii_strtoll (p, NULL, 10));
    end = p + n;
  }
  if (number == NULL)
    return NULL;
  end = skip_spaces (end);
  if (is_square && *end == ']')
    end = skip_spaces (end + 1);
  return *end == '\0' ? g_steal_pointer (&number) : NULL;
}
