/* case-ids.c: see case-ids.h. Called by read.c in the opener's child.
 *
 * Every such number has a "#" or, for some teams, a name with CERT in it: the walk goes from one to the next, and looks
 * a bounded number of bytes around. */
#include "madoguchi/report/case-ids.h"

#include "madoguchi/report/defang.h"

#include <string.h>

#define IDS_MAX 20
#define TEAM_NAME_MAX 40   /* bytes of what stands before "#" */
#define NUMBER_MAX 26
#define TEXT_MAX (256 * 1024) /* bytes of a text that are looked at; a case is named early */

void
mado_case_ids_init (MadoCaseIds *ids)
{
  ids->all = g_ptr_array_new_with_free_func (g_free);
  ids->threads = g_ptr_array_new_with_free_func (g_free);
}

void
mado_case_ids_clear (MadoCaseIds *ids)
{
  g_clear_pointer (&ids->all, g_ptr_array_unref);
  g_clear_pointer (&ids->threads, g_ptr_array_unref);
}

static gboolean
is_same (gconstpointer a, gconstpointer b)
{
  return g_ascii_strcasecmp (a, b) == 0;
}

static void
add_once (GPtrArray *list, const char *id)
{
  if (list->len < IDS_MAX && !g_ptr_array_find_with_equal_func (list, id, is_same, NULL))
    g_ptr_array_add (list, g_strdup (id));
}

static gboolean
contains (const char *name, const char *word)
{
  gsize length = strlen (word);

  for (; *name != '\0'; name++)
    if (g_ascii_strncasecmp (name, word, length) == 0)
      return TRUE;
  return FALSE;
}

/* Does @name (what stands before "#") name a team? */
static gboolean
is_team (const char *name)
{
  static const char *const words[] = { "CERT", "CSIRT", "NCSC", "FICORA", "SWITCH", "INCIBE", "circl", "CNCS", "CB-Report", "RTIR", "SIRT" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (contains (name, words[i]))
      return TRUE;
  return FALSE;
}

/* Published numbers of vulnerabilities: many write of the same one. */
static gboolean
is_public (const char *name)
{
  static const char *const words[] = { "VU", "JVN", "JVNVU", "JVNTA", NULL };

  return g_strv_contains (words, name);
}

static gboolean
is_name_byte (char c)
{
  return g_ascii_isalnum (c) || strchr ("._-/|", c) != NULL;
}

/* (transfer full) @text with full-width forms as ASCII; of other characters only that there is one. */
static char *
fold (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *p = text; *p != '\0' && out->len < TEXT_MAX; p = g_utf8_next_char (p)) {
    gunichar c = mado_defang_fold (g_utf8_get_char (p));
    g_string_append_c (out, c == 0x3010 ? '[' : c == 0x3011 ? ']' : c < 0x80 ? (char) c : '\x01');
  }
  return g_string_free (out, FALSE);
}

/* Digits, possibly with groups and letters between them ("25-11-SQRSK"). Returns their length; 0: there are none. */
static gsize
read_number (const char *p)
{
  gsize n = 0, digits = 0;

  while (n <= NUMBER_MAX && (g_ascii_isdigit (p[n]) || g_ascii_isupper (p[n]) || (p[n] == '-' && n > 0 && g_ascii_isalnum (p[n + 1])))) {
    digits += g_ascii_isdigit (p[n]) != 0;
    n++;
  }
  return n <= NUMBER_MAX && digits > 0 && g_ascii_isdigit (p[0]) && !g_ascii_isalnum (p[n]) ? n : 0;
}

/* @name "#" @number: where it counts. */
static void
judge (MadoCaseIds *ids, const char *name, const char *gap, const char *number, gsize size, gboolean is_subject, gboolean is_bracketed,
       const char *own)
{
  g_autofree char *id = g_strdup_printf ("%s%s#%.*s", name, gap, (int) size, number);
  gboolean is_team_id = is_team (name) || strcmp (name, "VRF") == 0;

  if (own != NULL && g_ascii_strcasecmp (name, own) == 0)
    return;
  if (is_public (name) ? size < 3 : !is_team_id && !(is_subject && is_bracketed))
    return;
  if (is_team_id && size < 3 && !is_bracketed)
    return;
  add_once (ids->all, id);
  if (is_subject && !is_public (name))
    add_once (ids->threads, id);
}

/* The "#" at @at of @text, which begins at @floor. */
static void
read_hash (MadoCaseIds *ids, const char *text, const char *at, gboolean is_subject, const char *own)
{
  const char *number = at + 1 + (at[1] == ' '), *end = at, *start, *bracket;
  gsize size = read_number (number);
  g_autofree char *name = NULL;
  gboolean is_bracketed;

  if (size == 0)
    return;
  if (end > text && end[-1] == ' ')
    end--;
  for (start = end; start > text && end - start <= TEAM_NAME_MAX && is_name_byte (start[-1]);)
    start--;
  /* "[RTIR - CERT-PY #123]": inside brackets the name may have spaces */
  for (bracket = end; bracket > text && end - bracket <= TEAM_NAME_MAX && (is_name_byte (bracket[-1]) || bracket[-1] == ' ');)
    bracket--;
  is_bracketed = bracket > text && bracket[-1] == '[' && strchr ("] ", number[size]) != NULL;
  if (is_bracketed)
    start = bracket;
  if (end - start > TEAM_NAME_MAX)
    return;
  name = g_strstrip (g_strndup (start, (gsize) (end - start)));
  if (*name != '\0' && !is_bracketed && end < at)
    return; /* "issue #5": a word and a number */
  judge (ids, name, end < at ? " " : "", number, size, is_subject, is_bracketed, own);
}

/* "TWNCERT-S202107190048": a word that names a team and a long number. */
static gsize
read_word (MadoCaseIds *ids, const char *p, gboolean is_subject)
{
  gsize n = 0, digits = 0;
  g_autofree char *word = NULL;

  while (n <= TEAM_NAME_MAX && (g_ascii_isalnum (p[n]) || p[n] == '-')) {
    digits += g_ascii_isdigit (p[n]) != 0;
    n++;
  }
  if (n > TEAM_NAME_MAX || digits < 6 || p[n] == '#' || p[n] == '@' || p[n] == '.')
    return n;
  word = g_strndup (p, n);
  if (strstr (word, "CERT") == NULL || memchr (p, '-', n) == NULL)
    return n;
  add_once (ids->all, word);
  if (is_subject)
    add_once (ids->threads, word);
  return n;
}

void
mado_case_ids_read (MadoCaseIds *ids, const char *text, gboolean is_subject, const char *own)
{
  g_autofree char *folded = fold (text);
  const char *p = folded;

  while (*p != '\0' && ids->all->len < IDS_MAX) {
    if (*p == '#') {
      read_hash (ids, folded, p, is_subject, own);
      p++;
    } else if (g_ascii_isalpha (*p) && (p == folded || !g_ascii_isalnum (p[-1]))) {
      p += MAX (read_word (ids, p, is_subject), 1);
    } else {
      p++;
    }
  }
}

void
mado_case_ids_read_field (MadoCaseIds *ids, const char *value, const char *own)
{
  g_autofree char *tag = NULL;
  gsize digits = strspn (value, "0123456789");

  tag = digits > 0 && value[digits] == '\0' ? g_strdup_printf ("[Ticket#%s]", value) : g_strdup_printf ("[%s]", value);
  mado_case_ids_read (ids, tag, TRUE, own);
}
