/* indicator-name.c: see indicator-name.h. Called by the scanner in the opener's child. */
#include "madoguchi/report/indicator-name.h"

#include <idn2.h>
#include <libpsl.h>
#include <string.h>

#define NAME_MAX_BYTES 253
#define LABEL_MAX 63
#define IDN_MAX_BYTES 1000 /* of the UTF-8 form */

static gboolean
are_labels_good (const char *name, gsize size)
{
  gsize label = 0, labels = 1;

  for (gsize i = 0; i <= size; i++) {
    if (i < size && name[i] != '.') {
      if (!g_ascii_isalnum (name[i]) && name[i] != '-' && name[i] != '_')
        return FALSE;
      label++;
      continue;
    }
    if (label == 0 || label > LABEL_MAX || name[i - 1] == '-' || name[i - label] == '-')
      return FALSE;
    labels += i < size;
    label = 0;
  }
  return labels > 1;
}

/* Is the ending in the list, with a name before it that somebody can have registered: one without an underscore? */
static gboolean
is_ending_good (const char *name)
{
  const psl_ctx_t *list = psl_builtin ();
  const char *ending = strrchr (name, '.') + 1, *registered;

  if (list == NULL || !psl_is_public_suffix2 (list, ending, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE))
    return FALSE;
  registered = psl_registrable_domain (list, name);
  if (registered == NULL) /* an ending itself; those that companies hand out are hosts, too */
    return !psl_is_public_suffix2 (list, name, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
  return strchr (registered, '_') == NULL;
}

/* (transfer full, nullable) the ASCII form of a name with other letters. */
static char *
to_ascii (const char *text, gsize size)
{
  g_autofree char *copy = NULL;
  g_autofree char *lower = NULL;
  char *ascii = NULL, *name;

  if (size > IDN_MAX_BYTES || !g_utf8_validate (text, (gssize) size, NULL))
    return NULL;
  copy = g_strndup (text, size);
  lower = g_utf8_strdown (copy, -1);
  if (idn2_to_ascii_8z (lower, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
    return NULL;
  name = g_strdup (ascii);
  idn2_free (ascii);
  return name;
}

char *
mado_name_read (const char *text, gsize size)
{
  g_autofree char *name = NULL;
  gboolean is_ascii = TRUE;

  if (size > 0 && text[size - 1] == '.')
    size--;
  if (size < 3 || size > IDN_MAX_BYTES)
    return NULL;
  for (gsize i = 0; i < size; i++)
    is_ascii &= (guchar) text[i] < 0x80;
  name = is_ascii ? g_ascii_strdown (text, (gssize) size) : to_ascii (text, size);
  if (name == NULL || strlen (name) > NAME_MAX_BYTES || !are_labels_good (name, strlen (name)) || !is_ending_good (name))
    return NULL;
  return g_steal_pointer (&name);
}

gboolean
mado_name_is_below (const char *name, const char *domain)
{
  gsize length = strlen (name), tail = strlen (domain);

  if (tail == 0 || length < tail || g_ascii_strcasecmp (name + length - tail, domain) != 0)
    return FALSE;
  return length == tail || name[length - tail - 1] == '.';
}

gboolean
mado_name_is_example (const char *name)
{
  static const char *const endings[] = { "test", "invalid", "localhost", "local" };
  static const char *const names[] = {
    "example", "example.com", "example.net", "example.org", "example.edu", "example.jp",
    "example.co.jp", "example.ne.jp", "example.or.jp", "example.ac.jp", "example.ad.jp", "example.ed.jp", "example.go.jp",
    "example.gr.jp", "example.lg.jp",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (endings); i++)
    if (mado_name_is_below (name, endings[i]))
      return TRUE;
  if (strstr (name, "example") == NULL)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (mado_name_is_below (name, names[i]))
      return TRUE;
  return FALSE;
}

static gboolean
is_one_of (const char *word, gsize size, const char *const *words)
{
  for (gsize i = 0; words[i] != NULL; i++)
    if (strlen (words[i]) == size && g_ascii_strncasecmp (word, words[i], size) == 0)
      return TRUE;
  return FALSE;
}

/* Endings that are more often a file's than a name's, and such that are both. */
static gboolean
is_file (const char *text, gsize size, const char *ending, gsize ending_size)
{
  static const char *const files[] = { "rs", "pl", "cc", "app", "bz", "vi", NULL };
  static const char *const always[] = { "zip", "mov", "cab", NULL };
  static const char *const alone[] = { "sh", "py", "so", "pm", "mk", "md", "ps", "am", NULL }; /* unless there are three labels */
  static const char *const stems[] = { "index", "main",   "test",   "tests", "setup", "install", "readme", "update", "config", "run",
                                       "start", "build",  "deploy", "init",  "backup", "shell",  "script", "exploit", "poc",   "scan",
                                       "cmd",   "command", "changelog", "notes", "payload", "cron", "upload", "a", "x", NULL };
  gsize stem = (gsize) (ending - 1 - text);

  if (is_one_of (ending, ending_size, always))
    return TRUE;
  if (is_one_of (ending, ending_size, alone) && memchr (text, '.', stem) == NULL)
    return TRUE;
  if (is_one_of (text, stem, stems) && (is_one_of (ending, ending_size, files) || g_ascii_strncasecmp (text, "command.com", size) == 0))
    return TRUE;
  return is_one_of (ending, ending_size, files) && (memchr (text, '_', stem) != NULL || g_str_has_prefix (text, "lib"));
}

/* "System.Net", "os.name", "ASP.NET": names that programs give. */
static gboolean
is_program_word (const char *text, gsize size)
{
  static const char *const words[] = { "asp.net", "vb.net", "ado.net", "ml.net", "os.name", "window.name", "this.id", "this.name",
                                       "user.id", "user.name", "process.id", "process.name", "file.name", "console.app", "java.io",
                                       "java.net", "system.io", "system.net", "rule.id", "rule.name", "event.id", "host.name", NULL };

  return is_one_of (text, size, words);
}

static gboolean
has_lower (const char *text, gsize size)
{
  for (gsize i = 0; i < size; i++)
    if (g_ascii_islower (text[i]))
      return TRUE;
  return FALSE;
}

gboolean
mado_name_is_false_friend (const char *text, gsize size, char before, char after)
{
  const char *ending = NULL;
  gsize ending_size;

  for (gsize i = size; i > 0 && ending == NULL; i--)
    if (text[i - 1] == '.')
      ending = text + i;
  if (ending == NULL)
    return TRUE;
  ending_size = (gsize) (text + size - ending);
  if (before == '/' || before == '\\' || before == '$' || before == '%' || before == '#' || after == '(' || after == '\\' || after == '=')
    return TRUE;
  /* "end.In the": a new sentence; "systemd.NEWS": a file; nobody writes a name so */
  if (ending_size > 1 && g_ascii_isupper (ending[0]) && (g_ascii_islower (ending[1]) || has_lower (text, size)))
    return TRUE;
  return is_program_word (text, size) || is_file (text, size, ending, ending_size);
}
