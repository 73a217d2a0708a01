/* strip.c: see strip.h. */
#include "madoguchi/mail/strip.h"

#include <string.h>

typedef struct {
  const char *at, *end;
  GString *out;
  gboolean no_more_tags, no_more_comments, no_more_scripts, no_more_styles; /* what has no end is looked for once */
} Strip;

/* The first @word at or after @at, ASCII case ignored; NULL when there is none. */
static const char *
find (const char *at, const char *end, const char *word)
{
  gsize length = strlen (word);

  while (at < end && (at = memchr (at, word[0], (gsize) (end - at))) != NULL) {
    if ((gsize) (end - at) >= length && g_ascii_strncasecmp (at, word, length) == 0)
      return at;
    at++;
  }
  return NULL;
}

static gboolean
is_tag (const char *tag, const char *end, const char *const *names)
{
  for (; *names != NULL; names++) {
    gsize length = strlen (*names);
    if ((gsize) (end - tag) > length && g_ascii_strncasecmp (tag, *names, length) == 0 && !g_ascii_isalnum (tag[length]))
      return TRUE;
  }
  return FALSE;
}

static void
break_line (GString *out)
{
  if (out->len > 0 && out->str[out->len - 1] != '\n')
    g_string_append_c (out, '\n');
}

/* Writes the target of a link in the tag from @tag to @end. */
static void
write_target (GString *out, const char *tag, const char *end)
{
  const char *value = find (tag, end, "href"), *stop;

  if (value == NULL)
    return;
  for (value += 4; value < end && (g_ascii_isspace (*value) || *value == '='); value++)
    ;
  if (value < end && (*value == '"' || *value == '\'')) {
    stop = memchr (value + 1, *value, (gsize) (end - value - 1));
    value++;
  } else
    for (stop = value; stop < end && !g_ascii_isspace (*stop); stop++)
      ;
  if (stop == NULL)
    stop = end;
  if (stop > value)
    g_string_append_printf (out, "<%.*s> ", (int) MIN (stop - value, 8192), value);
}

/* Takes the entity at @strip->at (an ampersand). */
static void
take_entity (Strip *strip)
{
  static const struct {
    const char *name;
    const char *text;
  } entities[] = { { "&lt;", "<" }, { "&gt;", ">" }, { "&amp;", "&" }, { "&quot;", "\"" }, { "&nbsp;", " " }, { "&apos;", "'" } };
  gsize left = (gsize) (strip->end - strip->at);
  guint64 number = 0;
  const char *p;

  for (gsize i = 0; i < G_N_ELEMENTS (entities); i++)
    if (left >= strlen (entities[i].name) && strncmp (strip->at, entities[i].name, strlen (entities[i].name)) == 0) {
      g_string_append (strip->out, entities[i].text);
      strip->at += strlen (entities[i].name);
      return;
    }
  if (left > 3 && strip->at[1] == '#') {
    gboolean is_hex = g_ascii_tolower (strip->at[2]) == 'x';
    for (p = strip->at + (is_hex ? 3 : 2); p < strip->end && p - strip->at < 12 && (is_hex ? g_ascii_isxdigit (*p) : g_ascii_isdigit (*p)); p++)
      number = number * (is_hex ? 16 : 10) + (guint64) g_ascii_xdigit_value (*p);
    if (number > 0 && number < 0x110000 && g_unichar_validate ((gunichar) number)) {
      g_string_append_unichar (strip->out, (gunichar) number);
      strip->at = p < strip->end && *p == ';' ? p + 1 : p;
      return;
    }
  }
  g_string_append_c (strip->out, *strip->at++);
}

/* Skips what stands from @strip->at to behind @end_mark. FALSE: it has no end, and is text. */
static gboolean
skip_to (Strip *strip, const char *end_mark, gboolean *no_more)
{
  const char *found = *no_more ? NULL : find (strip->at, strip->end, end_mark);

  if (found == NULL) {
    *no_more = TRUE;
    return FALSE;
  }
  strip->at = found + strlen (end_mark);
  return TRUE;
}

static void
take_tag (Strip *strip)
{
  static const char *const scripts[] = { "script", NULL }, *const styles[] = { "style", NULL };
  static const char *const links[] = { "a", "area", "base", NULL };
  static const char *const breaks[] = { "p", "br", "div", "tr", "li", "table", "ul", "ol", "h1", "h2", "h3", "h4", "hr", "pre", "blockquote",
                                        "/p", "/div", "/tr", "/li", "/table", "/h1", "/h2", "/h3", "/h4", "/pre", NULL };
  const char *tag = strip->at + 1, *end = strip->no_more_tags ? NULL : memchr (strip->at, '>', (gsize) (strip->end - strip->at));

  if (strip->end - strip->at >= 4 && strncmp (strip->at, "<!--", 4) == 0 && skip_to (strip, "-->", &strip->no_more_comments))
    return;
  if (end == NULL || tag == strip->end || (!g_ascii_isalpha (*tag) && strchr ("/!?", *tag) == NULL)) {
    strip->no_more_tags |= end == NULL;
    g_string_append_c (strip->out, *strip->at++);
    return;
  }
  if ((is_tag (tag, end + 1, scripts) && skip_to (strip, "</script>", &strip->no_more_scripts))
      || (is_tag (tag, end + 1, styles) && skip_to (strip, "</style>", &strip->no_more_styles)))
    return;
  if (is_tag (tag, end + 1, breaks))
    break_line (strip->out);
  if (is_tag (tag, end + 1, links))
    write_target (strip->out, tag, end);
  strip->at = end + 1;
}

void
mado_strip_append (const char *html, gsize length, GString *out)
{
  Strip strip = { html, html + length, out, FALSE, FALSE, FALSE, FALSE };

  while (strip.at < strip.end) {
    gsize plain = 0;

    while (strip.at + plain < strip.end && strip.at[plain] != '<' && strip.at[plain] != '&')
      plain++;
    g_string_append_len (out, strip.at, (gssize) plain);
    strip.at += plain;
    if (strip.at == strip.end)
      return;
    if (*strip.at == '&')
      take_entity (&strip);
    else
      take_tag (&strip);
  }
}
