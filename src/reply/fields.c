/* fields.c: see fields.h. Called by compose.c only; what it is given may come from a stranger's mail. */
#include "madoguchi/reply/fields.h"

#include <string.h>

/* "=?UTF-8?B?" and "?=" */
#define ENCODED_EXTRA 12
#define ENCODED_WORD_MAX 75
#define ID_MAX 900

static void
field_free (gpointer data)
{
  MadoHeaderField *field = data;

  g_ptr_array_unref (field->words);
  g_free (field);
}

GPtrArray *
mado_fields_new (void)
{
  return g_ptr_array_new_with_free_func (field_free);
}

static MadoHeaderField *
add_field (GPtrArray *fields, const char *name)
{
  MadoHeaderField *field = g_new0 (MadoHeaderField, 1);

  field->name = name;
  field->words = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (fields, field);
  return field;
}

static void
add_words (MadoHeaderField *field, const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, " ", -1);

  for (char **word = words; *word != NULL; word++)
    if (**word != '\0')
      g_ptr_array_add (field->words, g_strdup (*word));
}

void
mado_fields_add (GPtrArray *fields, const char *name, const char *value)
{
  add_words (add_field (fields, name), value);
}

/* (transfer full) @text as valid UTF-8 on one line. */
static char *
one_line (const char *text)
{
  char *valid = g_utf8_make_valid (text, -1);

  for (char *at = valid; *at != '\0'; at++)
    if (g_ascii_iscntrl (*at))
      *at = ' ';
  return g_strstrip (valid);
}

/* The longest prefix of @text, of at most @max bytes, that ends on a character; at least one character. */
static gsize
whole_characters (const char *text, gsize max)
{
  gsize length = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at)) {
    gsize next = (gsize) (g_utf8_next_char (at) - text);
    if (next > max && length > 0)
      break;
    length = next;
  }
  return length;
}

/* Adds @text as encoded words, none of which splits a character (RFC 2047, 5). */
static void
add_encoded (MadoHeaderField *field, const char *text)
{
  gsize room = ENCODED_WORD_MAX - ENCODED_EXTRA;
  gsize used = strlen ("HP-Outer: : ") + strlen (field->name) + ENCODED_EXTRA;
  gsize first = used + 8 < MADO_FIELD_LINE ? MADO_FIELD_LINE - used : room;

  while (*text != '\0') {
    gsize length = whole_characters (text, (field->words->len == 0 ? first : room) / 4 * 3);
    g_autofree char *encoded = g_base64_encode ((const guchar *) text, length);
    g_ptr_array_add (field->words, g_strdup_printf ("=?UTF-8?B?%s?=", encoded));
    text += length;
  }
}

static gboolean
is_plain (const char *text)
{
  return g_str_is_ascii (text) && strstr (text, "=?") == NULL;
}

/* Would a word of @text be too long to fold? */
static gboolean
has_long_word (const char *text)
{
  while (*text != '\0') {
    gsize length = strcspn (text, " ");
    if (length > MADO_FIELD_LINE - 2)
      return TRUE;
    text += length + strspn (text + length, " ");
  }
  return FALSE;
}

void
mado_fields_add_text (GPtrArray *fields, const char *name, const char *text)
{
  g_autofree char *line = one_line (text);
  MadoHeaderField *field = add_field (fields, name);

  if (is_plain (line) && !has_long_word (line) && strstr (line, "  ") == NULL)
    add_words (field, line);
  else
    add_encoded (field, line);
}

/* A phrase (RFC 5322, 3.2.5): as it is, in quotes, or encoded. */
static void
add_phrase (MadoHeaderField *field, const char *display)
{
  g_autofree char *line = one_line (display);
  GString *quoted;

  if (*line == '\0')
    return;
  if (!is_plain (line) || has_long_word (line) || strstr (line, "  ") != NULL) {
    add_encoded (field, line);
    return;
  }
  if (strpbrk (line, "()<>[]:;@\\,.\"") == NULL) {
    add_words (field, line);
    return;
  }
  quoted = g_string_new ("\"");
  for (const char *at = line; *at != '\0'; at++) {
    if (*at == '"' || *at == '\\')
      g_string_append_c (quoted, '\\');
    g_string_append_c (quoted, *at);
  }
  g_string_append_c (quoted, '"');
  add_words (field, quoted->str);
  g_string_free (quoted, TRUE);
}

void
mado_fields_add_mailbox (GPtrArray *fields, const char *name, const char *display, const char *address)
{
  MadoHeaderField *field = add_field (fields, name);
  gboolean is_named;

  if (display != NULL)
    add_phrase (field, display);
  is_named = field->words->len > 0;
  g_ptr_array_add (field->words, g_strdup_printf (is_named ? "<%s>" : "%s", address));
}

void
mado_fields_append_address (GPtrArray *fields, const char *address)
{
  GPtrArray *words = ((MadoHeaderField *) fields->pdata[fields->len - 1])->words;
  char *last = words->pdata[words->len - 1];

  words->pdata[words->len - 1] = g_strconcat (last, ",", NULL);
  g_free (last);
  g_ptr_array_add (words, g_strdup (address));
}

void
mado_fields_add_ids (GPtrArray *fields, const char *name, const char *const *ids)
{
  g_autoptr (GPtrArray) good = g_ptr_array_new ();
  MadoHeaderField *field;

  for (; *ids != NULL; ids++)
    if (mado_fields_is_id (*ids))
      g_ptr_array_add (good, (gpointer) *ids);
  if (good->len == 0)
    return;
  field = add_field (fields, name);
  for (guint i = 0; i < good->len; i++)
    if (i < 4 || i + 6 >= good->len)
      g_ptr_array_add (field->words, g_strdup (good->pdata[i]));
}

gboolean
mado_fields_is_address (const char *text)
{
  const char *at = text == NULL ? NULL : strrchr (text, '@');

  if (at == NULL || at == text || at[1] == '\0' || strlen (text) > 320 || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if ((guchar) *c <= ' ' || *c == 127 || strchr ("<>,;:()[]\\\"", *c) != NULL)
      return FALSE;
  return *text != '-';
}

gboolean
mado_fields_is_id (const char *text)
{
  gsize length = text == NULL ? 0 : strlen (text);

  if (length < 5 || length > ID_MAX || text[0] != '<' || text[length - 1] != '>')
    return FALSE;
  for (gsize i = 1; i + 1 < length; i++)
    if (text[i] <= ' ' || text[i] >= 127 || text[i] == '<' || text[i] == '>')
      return FALSE;
  return strchr (text, '@') != NULL;
}

void
mado_fields_write (GString *out, const char *prefix, const MadoHeaderField *field)
{
  gsize start = out->len;

  if (prefix != NULL)
    g_string_append_printf (out, "%s: ", prefix);
  g_string_append_printf (out, "%s:", field->name);
  for (guint i = 0; i < field->words->len; i++) {
    const char *word = field->words->pdata[i];
    if (out->len - start + 1 + strlen (word) > MADO_FIELD_LINE) {
      g_string_append (out, "\r\n");
      start = out->len;
    }
    g_string_append_c (out, ' ');
    g_string_append (out, word);
  }
  g_string_append (out, "\r\n");
}

void
mado_fields_add_date (GPtrArray *fields, const char *name, gint64 seconds)
{
  static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
  static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (seconds);
  g_autofree char *value = NULL;

  if (time == NULL)
    time = g_date_time_new_from_unix_utc (0);
  value = g_strdup_printf ("%s, %d %s %d %02d:%02d:%02d +0000", days[g_date_time_get_day_of_week (time) - 1],
                           g_date_time_get_day_of_month (time), months[g_date_time_get_month (time) - 1],
                           g_date_time_get_year (time), g_date_time_get_hour (time), g_date_time_get_minute (time),
                           g_date_time_get_second (time));
  mado_fields_add (fields, name, value);
}
