/* view.c: see view.h. Pure: text in, text out. */
#include "madoguchi/front/view.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"

#include <locale.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>

#define TAB 8

guint
mado_view_columns (int fd)
{
  struct winsize size;

  if (ioctl (fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return 120;
  return CLAMP (size.ws_col, 40, 200);
}

/* Do terminals of this locale draw Greek and Cyrillic letters in two columns? */
static gboolean
is_wide_locale (void)
{
  const char *locale = setlocale (LC_CTYPE, NULL);

  return locale != NULL
         && (g_str_has_prefix (locale, "ja") || g_str_has_prefix (locale, "ko") || g_str_has_prefix (locale, "zh"));
}

/* The most columns that a terminal may need for @c: a line of a stranger that we took for shorter than it is would be
 * wrapped by the terminal, and its rest stand without our mark. */
static guint
width_of (gunichar c, gboolean wide_locale)
{
  GUnicodeType type = g_unichar_type (c);

  if (type == G_UNICODE_ENCLOSING_MARK || (type == G_UNICODE_NON_SPACING_MARK && c != 0xfe0f))
    return 0; /* but the selector for coloured pictures makes its character wide */
  if (g_unichar_iswide (c) || (g_unichar_iswide_cjk (c) && (wide_locale || !g_unichar_isalpha (c))))
    return 2;
  return 1;
}

guint
mado_view_width (const char *text)
{
  gboolean wide_locale = is_wide_locale ();
  guint width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += width_of (g_utf8_get_char (p), wide_locale);
  return width;
}

/* Characters that draw nothing but change what others look like; joiners are part of honest writing. */
static gboolean
is_hidden (gunichar c)
{
  if (c == 0x200c || c == 0x200d)
    return FALSE;
  switch (g_unichar_type (c)) {
  case G_UNICODE_CONTROL:
  case G_UNICODE_FORMAT:
  case G_UNICODE_LINE_SEPARATOR:
  case G_UNICODE_PARAGRAPH_SEPARATOR:
  case G_UNICODE_PRIVATE_USE:
  case G_UNICODE_SURROGATE:
  case G_UNICODE_UNASSIGNED:
    return TRUE;
  default:
    return FALSE;
  }
}

/* What is drawn for @c at @column. */
static guint
draw (char *drawn, gsize size, gunichar c, guint column, gboolean wide_locale)
{
  if (c == '\t') {
    guint blanks = TAB - column % TAB;
    g_snprintf (drawn, size, "%*s", (int) blanks, "");
    return blanks;
  }
  if (is_hidden (c))
    return (guint) g_snprintf (drawn, size, "<U+%04X>", c);
  drawn[g_unichar_to_utf8 (c, drawn)] = '\0';
  return width_of (c, wide_locale);
}

/* Combining characters take no column, so they need a bound of their own. */
#define MAX_MARKS 4

void
mado_view_stranger (GString *out, guint columns, const char *label, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "", -1);
  const guint first = (guint) strlen (MADO_VIEW_MARK);
  const gboolean wide_locale = is_wide_locale ();
  guint column, marks = 0;

  g_string_append (out, MADO_VIEW_MARK);
  if (label != NULL)
    g_string_append (out, label);
  column = first + (label != NULL ? mado_view_width (label) : 0);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);
    char drawn[16];
    if (c == '\r' && p[1] == '\n')
      continue;
    if (c == '\n') {
      if (p[1] == '\0')
        break;
      g_string_append (out, "\n" MADO_VIEW_MARK);
      column = first;
      continue;
    }
    guint width = draw (drawn, sizeof drawn, c, column - first, wide_locale);
    marks = width == 0 ? marks + 1 : 0;
    if (marks > MAX_MARKS)
      continue;
    if (column + width > columns) {
      g_string_append (out, "\n" MADO_VIEW_MARK);
      column = first;
    }
    g_string_append (out, drawn);
    column += width;
  }
  g_string_append_c (out, '\n');
}

char *
mado_view_named (const char *word)
{
  g_autofree char *safe = mado_view_word (word);
  const char *name = *safe != '\0' ? _ (safe) : safe;

  return name != safe ? g_strdup_printf ("%s (%s)", safe, name) : g_steal_pointer (&safe);
}

void
mado_view_ours (GString *out, guint indent, const char *format, ...)
{
  va_list list;

  g_string_append_printf (out, "%*s", (int) indent, "");
  va_start (list, format);
  g_string_append_vprintf (out, format, list);
  va_end (list);
  g_string_append_c (out, '\n');
}

void
mado_view_cell (GString *out, const char *text, guint columns)
{
  g_autofree char *valid = g_utf8_make_valid (text != NULL ? text : "-", -1);
  const gboolean wide_locale = is_wide_locale ();
  guint column = 0, marks = 0;

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    char drawn[16];
    gunichar c = g_utf8_get_char (p);
    guint width = draw (drawn, sizeof drawn, c == '\n' || c == '\t' ? ' ' : c, column, wide_locale);
    marks = width == 0 ? marks + 1 : 0;
    if (marks > MAX_MARKS)
      continue;
    if (column + width > columns)
      break;
    g_string_append (out, drawn);
    column += width;
  }
  for (; column < columns; column++)
    g_string_append_c (out, ' ');
}

char *
mado_view_word (const char *text)
{
  if (text == NULL || *text == '\0')
    return g_strdup ("-");
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-_.+/ #:", *p) == NULL)
      return g_strdup ("?");
  return g_strdup (text);
}
