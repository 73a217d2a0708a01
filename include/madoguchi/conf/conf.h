/* conf.h: the settings. One typed table is the source of the parser, of `madoguchi conf` and of
 * madoguchi.conf(5): a setting exists only there.
 *
 * The file is GKeyFile syntax. Unknown sections and keys and bad values are errors that name file, line and key.
 */
#pragma once

#include <glib.h>

typedef enum {
  MADO_CONF_STRING,
  MADO_CONF_LIST,     /* semicolon- or comma-separated */
  MADO_CONF_BOOL,     /* yes/no, true/false */
  MADO_CONF_INT,
  MADO_CONF_SIZE,     /* bytes, with K, M, G */
  MADO_CONF_DURATION  /* seconds, with s, m, h, d */
} MadoConfType;

typedef struct {
  const char *section;
  const char *key;
  MadoConfType type;
  const char *fallback;  /* the default, in the file's own syntax; NULL: unset */
  gint64 min, max;       /* for INT, SIZE and DURATION */
  const char *help;      /* one or two sentences for people */
  const char *words;     /* of a STRING: what it may be, with commas between; NULL: anything */
} MadoConfSetting;

/* The table; ends with a row whose section is NULL. */
extern const MadoConfSetting mado_conf_settings[];

typedef struct _MadoConf MadoConf;

/* (transfer full) the settings of file @path, NULL on error. Errors: CONF (message names file, line and key of the
 * first mistake). */
MadoConf *mado_conf_load (const char *path, GError **error);

/* (transfer full) the same from text, for tests and for `conf -n`; @name stands in messages. */
MadoConf *mado_conf_parse (const char *text, const char *name, GError **error);

/* (transfer full) every mistake in file @path, section by section: sentences as above. Empty when there is none. */
GPtrArray *mado_conf_check (const char *path);

void mado_conf_free (MadoConf *conf);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoConf, mado_conf_free)

/* The file that was loaded, absolute. */
const char *mado_conf_path (const MadoConf *conf);

/* When it was read, in microseconds since the epoch; 0: it is no file's. */
gint64 mado_conf_read_at (const MadoConf *conf);

/* The value of a setting. Asking for one that is not in the table, or in another type, aborts (BUG).
 * Strings: (transfer none), NULL when unset. Lists: (transfer none), never NULL. */
const char *mado_conf_string (const MadoConf *conf, const char *section, const char *key);
const char *const *mado_conf_list (const MadoConf *conf, const char *section, const char *key);
gboolean mado_conf_bool (const MadoConf *conf, const char *section, const char *key);
gint64 mado_conf_int (const MadoConf *conf, const char *section, const char *key);

/* Was the setting given in the file? */
gboolean mado_conf_is_set (const MadoConf *conf, const char *section, const char *key);

/* (transfer full) the value as it would stand in the file; NULL when unset. */
char *mado_conf_value (const MadoConf *conf, const MadoConfSetting *setting);

/* (transfer full) the same for those who may know what is in force, but no pass word: in addresses (smtp://USER:WORD@HOST)
 * what stands before the @ is left out. No setting holds any other secret: those have files of their own, which it names. */
char *mado_conf_shown_value (const MadoConf *conf, const MadoConfSetting *setting);
