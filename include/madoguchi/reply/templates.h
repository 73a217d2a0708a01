/* templates.h: the texts of automatic answers, from files that the team may change.
 *
 * A file NAME.LANGUAGE.txt or NAME.VARIANT.LANGUAGE.txt (UTF-8): a line "Subject: ...", an empty line, the body. A file
 * NAME.LANGUAGE.inc: the text of the placeholder {now}. Placeholders are words in braces (templates.c has the list);
 * there is none for anything that a report says: an answer quotes nothing. A line with placeholders that are all empty
 * is left out. An unknown placeholder is an error when the files are loaded, not when a mail waits. */
#pragma once

#include <glib.h>

typedef struct _MadoTemplates MadoTemplates;

typedef enum { MADO_HOURS_UNKNOWN, MADO_HOURS_OPEN, MADO_HOURS_CLOSED } MadoHoursState;

/* What the placeholders stand for; NULL is the empty text. */
typedef struct {
  const char *ticket;
  const char *team;
  const char *address;
  const char *fingerprint;
  const char *key_url;
  const char *office_hours;
  const char *urgent;
  const char *opens, *closes; /* when the team is there next; until when it is there */
  const char *date;
  const char *reason;         /* in "out-of-scope" alone */
  char *const *reasons;       /* map: language -> reason, where there is one of its own; nullable */
  const char *earlier;        /* in "duplicate" alone */
  MadoHoursState hours;       /* which text {now} stands for; UNKNOWN: none */
} MadoTemplateValues;

/* (transfer full) all templates of @directory. @languages: NULL-terminated, in the team's order; each template
 * must exist in at least one of them. Errors: CONF, naming file and line. */
MadoTemplates *mado_templates_load (const char *directory, const char *const *languages, GError **error);
void mado_templates_free (MadoTemplates *templates);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoTemplates, mado_templates_free)

/* (transfer full) "NAME.LANGUAGE" or "NAME.VARIANT.LANGUAGE" of all that are no fragments, sorted. */
char **mado_templates_list (const MadoTemplates *templates);

/* Is there one of each of NAMES (in any of the languages)? Errors: CONF, naming the first that is missing. */
gboolean mado_templates_check (const MadoTemplates *templates, const char *const *names, GError **error);

/* (transfer full) everything that is wrong with the templates of @directory: sentences. @names: as above. */
GPtrArray *mado_templates_list_problems (const char *directory, const char *const *languages, const char *const *names);

/* The templates that answers need: one per outcome of the policy. NULL-terminated. */
extern const char *const mado_template_names[];

/* Fills template @name in @language, or else in the first of the team's languages it exists in; @language NULL: in all of
 * them, one below the other. @variants: (nullable) words that say which kind of @name is looked for first; a word that
 * cannot stand in a file name, or for which there is no file, is passed over.
 * @subject, @body: (transfer full). Errors: CONF (no such template). */
gboolean mado_templates_fill (const MadoTemplates *templates, const char *name, const char *const *variants,
                              const char *language, const MadoTemplateValues *values, char **subject, char **body,
                              GError **error);
