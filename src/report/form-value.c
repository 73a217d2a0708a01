/* form-value.c: see form-value.h. Called by form-match.c and form.c, in the opener's child. */
#include "madoguchi/report/form-value.h"

#include "madoguchi/base/text.h"
#include "madoguchi/report/form-line.h"

#include <string.h>

#define ADDRESSES_MAX 1000
#define WORD_MAX 2048
#define EMPTY_MAX 60

/* Takes one pair of brackets from around the whole. */
static void
strip_brackets (const char *text, gsize *start, gsize *end)
{
  gsize inside, next, last;
  gunichar open = mado_form_char (text, *start, *end, &inside);
  gunichar close = open == '[' ? ']' : open == '(' ? ')' : open == 0x3010 ? 0x3011 : open == 0x300c ? 0x300d : 0;
  const char *before;

  if (close == 0 || *end <= inside)
    return;
  before = g_utf8_find_prev_char (text + *start, text + *end);
  last = before == NULL ? *start : (gsize) (before - text);
  if (last < inside || mado_form_char (text, last, *end, &next) != close)
    return;
  for (gsize at = inside; at < last; at = next)
    if (mado_form_char (text, at, last, &next) == close)
      return; /* "(a) and (b)" */
  *start = inside;
  *end = last;
}

static gboolean
says_nothing (const char *text, gsize size)
{
  static const char *const words[] = { "なし", "無し", "無", "ありません", "ない", "特になし", "特に無し", "特にありません", "該当なし", "該当無し",
                                       "na", "none", "nil", "notapplicable", "null", "empty", "未記入", "記入なし", NULL };
  g_autofree char *folded = NULL;

  if (size > EMPTY_MAX) {
    for (gsize at = 0, next; at < size; at = next)
      if (g_unichar_isalnum (mado_form_char (text, at, size, &next)))
        return FALSE;
    return TRUE;
  }
  folded = mado_form_fold (text, size);
  return *folded == '\0' || strcmp (folded, "ー") == 0 || g_strv_contains (words, folded);
}

char *
mado_form_value_clean (const char *text, MadoFormKind kind)
{
  gsize start = 0, end = strlen (text);

  mado_form_trim (text, &start, &end);
  if (kind == MADO_FORM_KIND_CHOICE || kind == MADO_FORM_KIND_BOXES)
    return end > start ? g_strndup (text + start, end - start) : NULL;
  if (kind != MADO_FORM_KIND_TEXT) {
    strip_brackets (text, &start, &end);
    mado_form_trim (text, &start, &end);
  }
  if (says_nothing (text + start, end - start))
    return NULL;
  return g_strndup (text + start, end - start);
}

/* --- addresses -------------------------------------------------------------------------------------------- */

static gboolean
is_separator (gunichar c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ',' || c == ';' || c == 0x3001 || c == 0x3002 || c == '<' || c == '>' || c == '"';
}

/* Letters, digits and dots or colons: an address, a name or a URL. @is_alone: nothing else is on the line, so that a name
 * without a dot will do. */
static gboolean
is_address (const char *word, gsize size, gboolean is_alone)
{
  gsize signs = 0, letters = 0;

  for (gsize i = 0; i < size; i++) {
    if ((guchar) word[i] >= 0x80)
      return FALSE;
    signs += word[i] == '.' || word[i] == ':';
    letters += g_ascii_isalnum (word[i]) != 0;
  }
  return letters > 1 && (signs > 0 || is_alone);
}

/* "(192.0.2.1)" and "192.0.2.1." are 192.0.2.1; "192.0.2[.]1" stays. */
static void
strip_word (const char *line, gsize *start, gsize *end)
{
  while (*end > *start && strchr (".,:", line[*end - 1]) != NULL)
    (*end)--;
  if (*end > *start + 1 && line[*start] == '(') {
    (*start)++;
    while (*end > *start && strchr (").", line[*end - 1]) != NULL)
      (*end)--;
  }
}

static void
take_words (const char *line, gsize size, GPtrArray *out)
{
  gsize next, from = 0;
  gboolean is_alone = TRUE;

  for (gsize at = 0; at < size; at = next)
    if (is_separator (mado_form_char (line, at, size, &next)))
      is_alone = FALSE;
  for (gsize at = 0; at <= size; at = next) {
    gunichar c = mado_form_char (line, at, size, &next);
    gsize start = from, end = at;
    if (at < size && !is_separator (c))
      continue;
    strip_word (line, &start, &end);
    if (end > start && end - start <= WORD_MAX && out->len < ADDRESSES_MAX && is_address (line + start, end - start, is_alone))
      g_ptr_array_add (out, g_strndup (line + start, end - start));
    from = next;
    if (at >= size)
      break;
  }
}

char **
mado_form_value_addresses (const char *value)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  g_autofree char *normal = g_utf8_normalize (value, -1, G_NORMALIZE_ALL_COMPOSE);
  const char *line = normal == NULL ? value : normal;

  while (*line != '\0') {
    gsize size = strcspn (line, "\n"), start = 0, end = size;
    mado_form_trim (line, &start, &end);
    take_words (line + start, end - start, found);
    line += size + (line[size] == '\n');
  }
  g_ptr_array_add (found, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&found), FALSE);
}

/* (transfer full, nullable) the first mail address in @value. */
static char *
find_mail_address (const char *value)
{
  g_autofree char *normal = g_utf8_normalize (value, -1, G_NORMALIZE_ALL_COMPOSE);
  const char *at = normal == NULL ? NULL : strchr (normal, '@');
  const char *start = at, *end;

  if (at == NULL)
    return NULL;
  while (start > normal && (g_ascii_isalnum (start[-1]) || strchr (".!#$%&'*+-/=?^_`{|}~", start[-1]) != NULL))
    start--;
  for (end = at + 1; g_ascii_isalnum (*end) || *end == '.' || *end == '-';)
    end++;
  while (end > at + 1 && end[-1] == '.')
    end--;
  return start == at || end == at + 1 || end - start > 320 ? NULL : g_strndup (start, (gsize) (end - start));
}

/* (transfer full, nullable) */
static char *
choice_meaning (const MadoFormItem *item, const char *value)
{
  guint64 chosen = value == NULL ? 0 : mado_form_choose (value, item->choices, item->many);
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; i < item->choices->len; i++) {
    const MadoFormChoice *choice = item->choices->pdata[i];
    if (((chosen >> i) & 1) == 0)
      continue;
    g_string_append_printf (all, "%s%s", all->len > 0 ? "; " : "", choice->meaning != NULL ? choice->meaning : choice->words[0]);
  }
  return all->len > 0 ? g_strdup (all->str) : g_strdup (item->otherwise);
}

char *
mado_form_value_meaning (const MadoFormItem *item, const char *value, int zone, MadoFormDates dates)
{
  int found = 0;

  if (item->kind == MADO_FORM_KIND_CHOICE)
    return choice_meaning (item, value);
  if (value == NULL)
    return NULL;
  if (item->kind == MADO_FORM_KIND_BOXES)
    return mado_form_choice_ticked (value);
  if (item->kind == MADO_FORM_KIND_TIME) {
    gint64 when = mado_form_time (value, zone, dates);
    return when == 0 ? NULL : mado_text_time (when);
  }
  if (item->kind == MADO_FORM_KIND_ZONE)
    return mado_form_zone (value, &found) ? g_strdup_printf ("%c%02d:%02d", found < 0 ? '-' : '+', ABS (found) / 3600, ABS (found) / 60 % 60) : NULL;
  if (item->kind == MADO_FORM_KIND_EMAIL)
    return find_mail_address (value);
  if (item->kind == MADO_FORM_KIND_ADDRESSES) {
    g_auto (GStrv) all = mado_form_value_addresses (value);
    return all[0] == NULL ? NULL : g_strjoinv (" ", all);
  }
  return NULL;
}
