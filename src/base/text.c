/* text.c: see text.h. */
#include "madoguchi/base/text.h"

#include <string.h>

/* Characters that turn the direction of writing, or that are not seen at all: blanks without width, tags, fillers,
 * line ends of another kind. Joiners between characters beyond ASCII are part of honest writing. */
static gboolean
is_unseen (gunichar c, gboolean after_ascii)
{
  if (c < 0xad)
    return FALSE;
  if (c == 0x200c || c == 0x200d)
    return after_ascii;
  if (c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0 || c == 0x2028 || c == 0x2029)
    return TRUE;
  return g_unichar_type (c) == G_UNICODE_FORMAT && !(c >= 0x600 && c <= 0x605) && c != 0x6dd && c != 0x70f;
}

char *
mado_text_escape_line (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *out = g_string_sized_new (strlen (valid));

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    if (c < 0x20 || (c >= 0x7f && c < 0xa0))
      g_string_append_printf (out, "\\x%02x", c);
    else if (is_unseen (c, p == valid || (guchar) p[-1] < 0x80))
      g_string_append_printf (out, "\\u%04x", c);
    else
      g_string_append_unichar (out, c);
  }
  return g_string_free (out, FALSE);
}

/* Is the character at @p of @text one that a mark has to stand for? */
static gboolean
needs_mark (const char *p, const char *text)
{
  gunichar c = g_utf8_get_char (p);

  return c != '\n' && c != '\t'
         && (c < 0x20 || (c >= 0x7f && c < 0xa0) || is_unseen (c, p == text || (guchar) p[-1] < 0x80));
}

/* How many bytes at @text are plain ASCII that everybody sees, up to the first that are not. Most texts are little else,
 * and looking at each of their characters as what it is in Unicode takes thirty times as long. */
static gsize
count_plain (const char *text)
{
  const char *p = text;

  while ((*p >= 0x20 && *p < 0x7f) || *p == '\n' || *p == '\t')
    p++;
  return (gsize) (p - text);
}

char *
mado_text_visible (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  const char *p;
  GString *out;
  gsize marks = 0;

  for (p = valid + count_plain (valid); *p != '\0'; p += count_plain (p)) {
    marks += needs_mark (p, valid);
    p = g_utf8_next_char (p);
  }
  /* Made large enough at once: one that grows by doubling takes three times the room. */
  out = g_string_sized_new (strlen (valid) + marks * strlen ("<U+0000>") + 16);
  for (p = valid; *p != '\0';) {
    gsize plain = count_plain (p);
    gunichar c;

    g_string_append_len (out, p, (gssize) plain);
    p += plain;
    if (*p == '\0')
      break;
    c = g_utf8_get_char (p);
    if (needs_mark (p, valid))
      g_string_append_printf (out, "<U+%04X>", c);
    else
      g_string_append_unichar (out, c);
    p = g_utf8_next_char (p);
  }
  return g_string_free (out, FALSE);
}

char *
mado_text_of_bytes (GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  return length > 0 ? g_strndup (data, length) : g_strdup ("");
}

char *
mado_text_truncate (const char *text, gsize max)
{
  gsize length = strlen (text);

  if (length > max) {
    length = max;
    while (length > 0 && ((guchar) text[length] & 0xc0) == 0x80)
      length--;
  }
  return g_strndup (text, length);
}

char *
mado_text_fold_address (const char *address)
{
  const char *at = address != NULL ? strrchr (address, '@') : NULL;

  if (at == NULL)
    return g_strdup (address);
  g_autofree char *domain = g_ascii_strdown (at, -1);
  return g_strdup_printf ("%.*s%s", (int) (at - address), address, domain);
}

gboolean
mado_text_same_address (const char *a, const char *b)
{
  return a != NULL && b != NULL && g_ascii_strcasecmp (a, b) == 0;
}

char *
mado_text_time (gint64 seconds)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (seconds);

  return when != NULL ? g_date_time_format (when, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("1970-01-01T00:00:00Z");
}

char *
mado_text_hex (const guint8 *bytes, gsize length)
{
  char *hex = g_malloc (length * 2 + 1);

  for (gsize i = 0; i < length; i++) {
    hex[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
    hex[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
  }
  hex[length * 2] = '\0';
  return hex;
}
