/* conf.c: reads the settings by the table in table.c. See conf.h. */
#include "madoguchi/conf/conf.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"

#include <stdlib.h>
#include <string.h>

#define MAX_FILE (256 * 1024)

typedef struct {
  gboolean is_set;
  char *text;
  char **list;
  gint64 number;
} Value;

struct _MadoConf {
  char *path;
  gint64 read_at; /* microseconds */
  Value *values; /* one per row of the table */
};

static gsize
count_settings (void)
{
  gsize n = 0;

  while (mado_conf_settings[n].section != NULL)
    n++;
  return n;
}

static gssize
find_setting (const char *section, const char *key)
{
  for (gsize i = 0; mado_conf_settings[i].section != NULL; i++)
    if (strcmp (mado_conf_settings[i].section, section) == 0 && strcmp (mado_conf_settings[i].key, key) == 0)
      return (gssize) i;
  return -1;
}

static gboolean
parse_number (const MadoConfSetting *setting, const char *text, gint64 *number)
{
  static const struct {
    MadoConfType type;
    char unit;
    gint64 factor;
  } units[] = {
    { MADO_CONF_SIZE, 'K', 1024 },       { MADO_CONF_SIZE, 'M', 1024 * 1024 }, { MADO_CONF_SIZE, 'G', 1024 * 1024 * 1024 },
    { MADO_CONF_DURATION, 's', 1 },      { MADO_CONF_DURATION, 'm', 60 },      { MADO_CONF_DURATION, 'h', 3600 },
    { MADO_CONF_DURATION, 'd', 86400 },
  };
  char *end = NULL;
  gint64 factor = 1;
  gint64 value = g_ascii_strtoll (text, &end, 10);

  if (end == text)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (units) && *end != '\0'; i++)
    if (units[i].type == setting->type && units[i].unit == *end) {
      factor = units[i].factor;
      end++;
      break;
    }
  if (*end != '\0' || value > G_MAXINT64 / factor || value < G_MININT64 / factor
      || value * factor < setting->min || value * factor > setting->max)
    return FALSE;
  *number = value * factor;
  return TRUE;
}

static gboolean
parse_bool (const char *text, gint64 *number)
{
  static const char *const words[] = { "no", "yes", "false", "true", "0", "1" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0) {
      *number = i % 2;
      return TRUE;
    }
  return FALSE;
}

static char **
parse_list (const char *text)
{
  g_auto (GStrv) raw = g_strsplit_set (text, ";,", -1);
  g_autoptr (GStrvBuilder) list = g_strv_builder_new ();

  for (gsize i = 0; raw[i] != NULL; i++)
    if (*g_strstrip (raw[i]) != '\0')
      g_strv_builder_add (list, raw[i]);
  return g_strv_builder_end (list);
}

/* Is @text one of @words? */
static gboolean
is_word (const char *words, const char *text)
{
  g_auto (GStrv) list = g_strsplit (words, ", ", -1);

  return g_strv_contains ((const char *const *) list, text);
}

static gboolean
set_value (Value *value, const MadoConfSetting *setting, const char *text)
{
  g_free (value->text);
  g_strfreev (value->list);
  value->text = g_strstrip (g_strdup (text));
  value->list = NULL;
  switch (setting->type) {
  case MADO_CONF_STRING:
    return setting->words == NULL || is_word (setting->words, value->text);
  case MADO_CONF_LIST:
    value->list = parse_list (value->text);
    return TRUE;
  case MADO_CONF_BOOL:
    return parse_bool (value->text, &value->number);
  case MADO_CONF_INT:
  case MADO_CONF_SIZE:
  case MADO_CONF_DURATION:
    return parse_number (setting, value->text, &value->number);
  }
  return FALSE;
}

/* GKeyFile does not tell lines; the second look only happens to word an error. Of a key given twice the last
 * line is the one that counts. */
static int
find_line (const char *text, const char *section, const char *key)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *header = g_strdup_printf ("[%s]", section);
  gboolean inside = FALSE;
  int found = 0;

  for (int i = 0; lines[i] != NULL; i++) {
    char *line = g_strstrip (lines[i]);
    if (*line == '[')
      inside = strcmp (line, header) == 0;
    if (key == NULL && inside)
      return i + 1;
    if (inside && key != NULL && g_str_has_prefix (line, key) && strchr ("= \t", line[strlen (key)]) != NULL)
      found = i + 1;
  }
  return found;
}

/* The line at which GKeyFile gives up: the shortest beginning of @text that it refuses, by bisection. */
static int
find_broken_line (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  int good = 0, bad = (int) g_strv_length (lines);

  while (bad - good > 1) {
    g_autoptr (GKeyFile) file = g_key_file_new ();
    int middle = good + (bad - good) / 2;
    char *rest = g_steal_pointer (&lines[middle]);
    g_autofree char *beginning = g_strjoinv ("\n", lines);
    lines[middle] = rest;
    if (g_key_file_load_from_data (file, beginning, strlen (beginning), G_KEY_FILE_NONE, NULL))
      good = middle;
    else
      bad = middle;
  }
  return bad;
}

static const char *
describe_type (MadoConfType type)
{
  static const char *const words[] = { "a text", "a list", "yes or no", "a number", "a size (bytes, K, M, G)",
                                       "a duration (s, m, h, d)" };
  return words[type];
}

static void complain (GPtrArray *problems, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
complain (GPtrArray *problems, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list arguments;

  va_start (arguments, format);
  sentence = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  /* A key given twice is listed twice, and read the same both times. */
  if (!g_ptr_array_find_with_equal_func (problems, sentence, g_str_equal, NULL))
    g_ptr_array_add (problems, g_steal_pointer (&sentence));
}

static void
read_key (MadoConf *conf, GKeyFile *file, const char *text, const char *section, const char *key, GPtrArray *problems)
{
  gssize row = find_setting (section, key);
  g_autofree char *value = g_key_file_get_value (file, section, key, NULL);

  if (row < 0)
    complain (problems, "%s:%d: [%s] %s: no such setting", conf->path, find_line (text, section, key), section, key);
  else if (g_utf8_validate (value, -1, NULL) && set_value (&conf->values[row], &mado_conf_settings[row], value))
    conf->values[row].is_set = TRUE;
  else if (mado_conf_settings[row].words != NULL)
    complain (problems, "%s:%d: [%s] %s: must be one of: %s", conf->path, find_line (text, section, key), section, key,
              mado_conf_settings[row].words);
  else
    complain (problems, "%s:%d: [%s] %s: not %s within its limits", conf->path, find_line (text, section, key), section,
              key, describe_type (mado_conf_settings[row].type));
}

static gboolean
is_section (const char *name)
{
  for (gsize i = 0; mado_conf_settings[i].section != NULL; i++)
    if (strcmp (mado_conf_settings[i].section, name) == 0)
      return TRUE;
  return FALSE;
}

static void
read_keys (MadoConf *conf, GKeyFile *file, const char *text, GPtrArray *problems)
{
  g_auto (GStrv) sections = g_key_file_get_groups (file, NULL);

  for (gsize s = 0; sections[s] != NULL; s++) {
    g_auto (GStrv) keys = NULL;
    if (!is_section (sections[s])) {
      complain (problems, "%s:%d: [%s]: no such section", conf->path, find_line (text, sections[s], NULL), sections[s]);
      continue;
    }
    keys = g_key_file_get_keys (file, sections[s], NULL, NULL);
    for (gsize k = 0; keys != NULL && keys[k] != NULL; k++)
      read_key (conf, file, text, sections[s], keys[k], problems);
  }
}

/* (transfer full) what @text says, as far as it can be read; each mistake in it adds a sentence to @problems. */
static MadoConf *
read_text (const char *text, const char *name, GPtrArray *problems)
{
  g_autoptr (MadoConf) conf = g_new0 (MadoConf, 1);
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (GError) problem = NULL;

  conf->path = g_strdup (name);
  conf->values = g_new0 (Value, count_settings ());
  for (gsize i = 0; mado_conf_settings[i].section != NULL; i++) {
    const MadoConfSetting *setting = &mado_conf_settings[i];
    if (setting->fallback != NULL && !set_value (&conf->values[i], setting, setting->fallback))
      g_error ("bad default of [%s] %s", setting->section, setting->key);
    if (setting->type == MADO_CONF_LIST && conf->values[i].list == NULL)
      conf->values[i].list = g_new0 (char *, 1);
  }
  if (g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, &problem))
    read_keys (conf, file, text, problems);
  else
    complain (problems, "%s:%d: %s", name, find_broken_line (text), problem->message);
  return g_steal_pointer (&conf);
}

/* (transfer full) the text of the file @path. */
static char *
read_file (const char *path, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) problem = NULL;
  g_autofree char *text = NULL;

  if (!mado_fsio_read_file (path, MAX_FILE, &bytes, &problem)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s", problem->message);
    return NULL;
  }
  text = mado_text_of_bytes (bytes);
  if (strlen (text) != g_bytes_get_size (bytes)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: a NUL byte: not a text", path);
    return NULL;
  }
  return g_steal_pointer (&text);
}

MadoConf *
mado_conf_parse (const char *text, const char *name, GError **error)
{
  g_autoptr (GPtrArray) problems = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (MadoConf) conf = read_text (text, name, problems);

  if (problems->len > 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_CONF, problems->pdata[0]);
    return NULL;
  }
  return g_steal_pointer (&conf);
}

MadoConf *
mado_conf_load (const char *path, GError **error)
{
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  gint64 now = g_get_real_time (); /* what is written from here on counts as later */
  g_autofree char *text = read_file (absolute, error);
  MadoConf *conf = text != NULL ? mado_conf_parse (text, absolute, error) : NULL;

  if (conf != NULL)
    conf->read_at = now;
  return conf;
}

GPtrArray *
mado_conf_check (const char *path)
{
  GPtrArray *problems = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *absolute = g_canonicalize_filename (path, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = read_file (absolute, &error);

  if (text == NULL)
    complain (problems, "%s", error->message);
  else
    mado_conf_free (read_text (text, absolute, problems));
  return problems;
}

void
mado_conf_free (MadoConf *conf)
{
  if (conf == NULL)
    return;
  for (gsize i = 0; conf->values != NULL && mado_conf_settings[i].section != NULL; i++) {
    g_free (conf->values[i].text);
    g_strfreev (conf->values[i].list);
  }
  g_free (conf->values);
  g_free (conf->path);
  g_free (conf);
}

const char *
mado_conf_path (const MadoConf *conf)
{
  return conf->path;
}

gint64
mado_conf_read_at (const MadoConf *conf)
{
  return conf->read_at;
}

static const Value *
get_value (const MadoConf *conf, const char *section, const char *key, gboolean is_text, gboolean is_list)
{
  gssize row = find_setting (section, key);

  if (row < 0 || (mado_conf_settings[row].type == MADO_CONF_STRING) != is_text
      || (mado_conf_settings[row].type == MADO_CONF_LIST) != is_list)
    g_error ("[%s] %s is not in the table in that type", section, key);
  return &conf->values[row];
}

const char *
mado_conf_string (const MadoConf *conf, const char *section, const char *key)
{
  const char *text = get_value (conf, section, key, TRUE, FALSE)->text;

  return text != NULL && *text != '\0' ? text : NULL;
}

const char *const *
mado_conf_list (const MadoConf *conf, const char *section, const char *key)
{
  return (const char *const *) get_value (conf, section, key, FALSE, TRUE)->list;
}

gboolean
mado_conf_bool (const MadoConf *conf, const char *section, const char *key)
{
  return get_value (conf, section, key, FALSE, FALSE)->number != 0;
}

gint64
mado_conf_int (const MadoConf *conf, const char *section, const char *key)
{
  return get_value (conf, section, key, FALSE, FALSE)->number;
}

gboolean
mado_conf_is_set (const MadoConf *conf, const char *section, const char *key)
{
  gssize row = find_setting (section, key);

  return row >= 0 && conf->values[row].is_set;
}

char *
mado_conf_value (const MadoConf *conf, const MadoConfSetting *setting)
{
  return g_strdup (conf->values[setting - mado_conf_settings].text);
}

char *
mado_conf_shown_value (const MadoConf *conf, const MadoConfSetting *setting)
{
  const char *text = conf->values[setting - mado_conf_settings].text;
  GString *shown = text != NULL ? g_string_new (NULL) : NULL;

  while (text != NULL && *text != '\0') {
    const char *authority = strstr (text, "://");
    gsize length = authority != NULL ? strcspn (authority + 3, "/?#;, ") : 0;
    const char *at = authority != NULL ? g_strrstr_len (authority + 3, (gssize) length, "@") : NULL;
    if (authority == NULL)
      authority = text + strlen (text);
    else
      authority += 3;
    g_string_append_len (shown, text, authority - text);
    if (at != NULL)
      g_string_append (shown, "...");
    text = at != NULL ? at : authority;
    if (at != NULL) { /* the @ itself stays, and is not looked at again */
      g_string_append_c (shown, '@');
      text++;
    }
  }
  return shown != NULL ? g_string_free (shown, FALSE) : NULL;
}
