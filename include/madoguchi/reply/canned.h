/* canned.h: texts that a team has ready for its members' answers: files like those of templates.h, read when they are asked
 * for, so that they can be changed while everything runs. An unknown placeholder is an error. */
#pragma once

#include "madoguchi/reply/compose.h"

/* (transfer full) "NAME.LANGUAGE" of all of [reply] canned. Errors: NO (no such directory), CONF, naming file and line. */
char **mado_canned_list (const MadoConf *conf, GError **error);

/* Fills the text that @question names: {name s, language s, prefers s, ticket s; all but the first optional}: in that language,
 * or in the one that it prefers when there is one, or else in all that there are. @subject: (transfer full) empty when the
 * text has none. Errors: NO (no such text), CONF. */
gboolean mado_canned_fill (const MadoConf *conf, const MadoComposer *composer, GVariant *question, char **subject, char **body,
                           GError **error);
