/* words.c: see words.h. */
#include "madoguchi/mail/words.h"

#include "madoguchi/mail/charset.h"

#include <string.h>

#define SECTIONS_MAX 100

typedef struct {
  char *charset;
  GByteArray *bytes;
  const char *last_end; /* of the text: where its last "?=" stands; NULL: nowhere */
} Run;

static int
hex_value (char c)
{
  return g_ascii_xdigit_value (c);
}

static void
decode_q (const char *text, gsize length, GByteArray *out)
{
  for (gsize i = 0; i < length; i++) {
    guint8 c = (guint8) text[i];
    if (c == '_')
      c = ' ';
    else if (c == '=' && i + 2 < length && hex_value (text[i + 1]) >= 0 && hex_value (text[i + 2]) >= 0) {
      c = (guint8) (hex_value (text[i + 1]) * 16 + hex_value (text[i + 2]));
      i += 2;
    }
    g_byte_array_append (out, &c, 1);
  }
}

static void
decode_b (const char *text, gsize length, GByteArray *out)
{
  gint state = 0;
  guint save = 0;
  g_autofree guchar *bytes = g_malloc (length + 8);
  gsize done = g_base64_decode_step (text, length, bytes, &state, &save);

  done += g_base64_decode_step ("==", 2, bytes + done, &state, &save); /* padding that was lost */
  g_byte_array_append (out, bytes, (guint) done);
}

/* The encoded word at @text ("=?charset?X?payload?="): its end, and its bytes added to @run, which is flushed to
 * @out first when its charset is another one. NULL when it is none. */
static void
flush (Run *run, GString *out)
{
  g_autofree char *text = NULL;

  if (run->charset == NULL)
    return;
  text = mado_charset_decode (run->bytes->data, run->bytes->len, run->charset, NULL, NULL);
  for (const char *p = text; *p != '\0'; p++) /* a header is one line, also when a word hides a break */
    g_string_append_c (out, *p == '\n' || *p == '\r' ? ' ' : *p);
  g_clear_pointer (&run->charset, g_free);
  g_byte_array_set_size (run->bytes, 0);
}

static const char *
take_word (const char *text, Run *run, GString *out)
{
  const char *charset = text + 2, *question, *payload, *end;
  g_autofree char *name = NULL;
  char kind;

  question = strchr (charset, '?');
  if (question == NULL || question == charset || question - charset > 60)
    return NULL;
  kind = g_ascii_tolower (question[1]);
  if ((kind != 'q' && kind != 'b') || question[2] != '?')
    return NULL;
  payload = question + 3;
  end = run->last_end == NULL || payload > run->last_end ? NULL : strstr (payload, "?=");
  if (end == NULL)
    return NULL;
  name = g_ascii_strdown (charset, question - charset);
  name[strcspn (name, "*")] = '\0'; /* RFC 2231, 5: a language may follow */
  if (run->charset != NULL && !g_str_equal (run->charset, name))
    flush (run, out);
  if (run->charset == NULL)
    run->charset = g_steal_pointer (&name);
  if (kind == 'q')
    decode_q (payload, (gsize) (end - payload), run->bytes);
  else
    decode_b (payload, (gsize) (end - payload), run->bytes);
  return end + 2;
}

char *
mado_words_decode (const char *text)
{
  g_autoptr (GString) out = g_string_sized_new (strlen (text) + 1);
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  Run run = { NULL, bytes, g_strrstr (text, "?=") }; /* a thousand words without an end must not be a thousand searches */

  while (*text != '\0') {
    gsize blank = strspn (text, " \t");
    const char *next = NULL;

    if (text[blank] == '=' && text[blank + 1] == '?' && (run.charset != NULL || blank == 0))
      next = take_word (text + blank, &run, out);
    if (next != NULL) {
      text = next;
      continue;
    }
    flush (&run, out);
    if (blank > 0)
      g_string_append_len (out, text, (gssize) blank);
    text += blank;
    if (*text == '\0' || (blank > 0 && text[0] == '=' && text[1] == '?'))
      continue;
    if (*text != '\0')
      g_string_append_c (out, *text++);
  }
  flush (&run, out);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Reads the value at *@at: a quoted string, or what stands before the next ";". */
static char *
take_value (const char **at)
{
  GString *value = g_string_new (NULL);
  const char *p = *at + strspn (*at, " \t");

  if (*p == '"') {
    for (p++; *p != '\0' && *p != '"'; p++) {
      if (*p == '\\' && p[1] != '\0')
        p++;
      g_string_append_c (value, *p);
    }
    p += strcspn (p, ";");
  } else {
    gsize size = strcspn (p, ";");
    g_string_append_len (value, p, (gssize) size);
    p += size;
    g_strchomp (value->str);
    value->len = strlen (value->str);
  }
  *at = p;
  return g_string_free (value, FALSE);
}

/* Is @attribute @name, @name*, @name*N or @name*N*? */
static gboolean
match_attribute (const char *attribute, gsize length, const char *name, guint *section, gboolean *is_extended)
{
  gsize n = strlen (name);

  *section = 0;
  *is_extended = FALSE;
  if (length < n || g_ascii_strncasecmp (attribute, name, n) != 0)
    return FALSE;
  if (length == n)
    return TRUE;
  if (attribute[n] != '*')
    return FALSE;
  n++;
  if (n == length) {
    *is_extended = TRUE;
    return TRUE;
  }
  while (n < length && g_ascii_isdigit (attribute[n]) && *section < SECTIONS_MAX)
    *section = *section * 10 + (guint) (attribute[n++] - '0');
  if (n + 1 == length && attribute[n] == '*')
    *is_extended = TRUE;
  return *section < SECTIONS_MAX && (n == length || *is_extended);
}

static void
append_section (GByteArray *out, const char *value, gboolean is_extended)
{
  for (; *value != '\0'; value++) {
    guint8 c = (guint8) *value;
    if (is_extended && c == '%' && hex_value (value[1]) >= 0 && hex_value (value[2]) >= 0) {
      c = (guint8) (hex_value (value[1]) * 16 + hex_value (value[2]));
      value += 2;
    }
    g_byte_array_append (out, &c, 1);
  }
}

typedef struct {
  char *values[SECTIONS_MAX];
  gboolean extended[SECTIONS_MAX];
  gboolean is_plain; /* the first one has no number and no charset */
} Sections;

static char *
join_sections (Sections *sections)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *charset = NULL;
  gboolean any_extended = FALSE;
  char *first = sections->values[0];

  if (sections->extended[0]) {
    char *quote = strchr (first, '\'');
    char *second = quote == NULL ? NULL : strchr (quote + 1, '\'');
    if (second != NULL) {
      charset = g_strndup (first, (gsize) (quote - first));
      first = second + 1;
    }
  }
  for (guint i = 0; i < SECTIONS_MAX && sections->values[i] != NULL; i++) {
    any_extended |= sections->extended[i];
    append_section (bytes, i == 0 ? first : sections->values[i], sections->extended[i]);
  }
  if (any_extended)
    return mado_charset_decode (bytes->data, bytes->len, charset, NULL, NULL);
  g_byte_array_append (bytes, (const guint8 *) "", 1);
  return mado_words_decode ((const char *) bytes->data);
}

char *
mado_words_param (const char *text, const char *name)
{
  Sections sections = { { NULL }, { FALSE }, FALSE };
  char *joined = NULL;

  text += strcspn (text, ";");
  while (*text == ';') {
    const char *attribute = text + 1 + strspn (text + 1, " \t");
    gsize length = strcspn (attribute, "=;");
    guint section;
    gboolean is_extended, is_plain;
    g_autofree char *value = NULL;

    text = attribute + length;
    if (*text != '=')
      continue;
    text++;
    while (length > 0 && g_ascii_isspace (attribute[length - 1]))
      length--;
    value = take_value (&text);
    if (!match_attribute (attribute, length, name, &section, &is_extended))
      continue;
    is_plain = length == strlen (name);
    if (section == 0 && sections.is_plain && !is_plain) /* written for those who cannot read this one (RFC 6266, 4.3) */
      g_clear_pointer (&sections.values[0], g_free);
    if (sections.values[section] == NULL) {
      if (section == 0)
        sections.is_plain = is_plain;
      sections.values[section] = g_steal_pointer (&value);
      sections.extended[section] = is_extended;
    }
  }
  if (sections.values[0] != NULL)
    joined = join_sections (&sections);
  for (guint i = 0; i < SECTIONS_MAX; i++)
    g_free (sections.values[i]);
  return joined;
}
