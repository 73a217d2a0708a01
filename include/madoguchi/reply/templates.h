/* templates.h: the texts of automatic answers, from files that the team may change.
 *
 * A file NAME.LANGUAGE.txt (UTF-8): a line "Subject: ...", an empty line, the body. Placeholders: {ticket}
 * {team} {address} {fingerprint} {office-hours} {date}. There is none for anything that a report says: an
 * answer quotes nothing. An unknown placeholder is an error when the files are loaded, not when a mail waits. */
#pragma once

#include <glib.h>

typedef struct _MadoTemplates MadoTemplates;

/* What the placeholders stand for; NULL is the empty text. */
typedef struct {
  const char *ticket;
  const char *team;
  const char *address;
  const char *fingerprint;
  const char *office_hours;
  const char *date;
} MadoTemplateValues;

/* (transfer full) all templates of @directory. @languages: NULL-terminated, in the team's order; each template
 * must exist in at least one of them. Errors: CONF, naming file and line. */
MadoTemplates *mado_templates_load (const char *directory, const char *const *languages, GError **error);
void mado_templates_free (MadoTemplates *templates);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoTemplates, mado_templates_free)

/* Fills template @name in @language (nullable), or else in the first of the team's languages it exists in.
 * @subject, @body: (transfer full). Errors: CONF (no such template). */
gboolean mado_templates_fill (const MadoTemplates *templates, const char *name, const char *language,
                              const MadoTemplateValues *values, char **subject, char **body, GError **error);
