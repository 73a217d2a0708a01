/* snippet.c: see snippet.h. */
#include "madoguchi/desk/snippet.h"

#include <string.h>

#define DOTS "..."

/* The place of the first whole character at or behind @p; at or before it. */
static const char *
round_up (const char *p)
{
  while (((guchar) *p & 0xc0) == 0x80)
    p++;
  return p;
}

static const char *
round_down (const char *text, const char *p)
{
  while (p > text && ((guchar) *p & 0xc0) == 0x80)
    p--;
  return p;
}

char *
mado_snippet_make (const char *text, gsize start, gsize end, gsize max)
{
  gsize length = strlen (text);
  gsize wanted = MIN (end - start, max), before = MIN (start, (max - wanted) / 3);
  gsize from = start - before, to = MIN (length, from + max);
  const char *first = round_up (text + from), *last = round_down (text, text + to);
  GString *out = g_string_new (first > text ? DOTS : "");
  gboolean is_blank = out->len == 0;

  for (const char *p = first; p < last; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char_validated (p, last - p);
    if (c == (gunichar) -1 || c == (gunichar) -2) {
      g_string_append_unichar (out, 0xfffd);
      is_blank = FALSE;
    } else if (c != 0x3000 && (g_unichar_isspace (c) || g_unichar_iscntrl (c))) {
      if (!is_blank)
        g_string_append_c (out, ' ');
      is_blank = TRUE;
    } else {
      g_string_append_unichar (out, c);
      is_blank = FALSE;
    }
  }
  if (last < text + length)
    g_string_append (out, DOTS);
  return g_string_free (out, FALSE);
}
