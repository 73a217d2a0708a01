/* auth-results.h: what mail servers of the team wrote about a sender (Authentication-Results, RFC 8601). Anybody can
 * write such fields: only those under a name that the team's own servers use are read, and of those the topmost counts. */
#pragma once

#include "madoguchi/mail/structure.h"

/* Reads the value of one field. @server: (transfer full, nullable) its authserv-id, lower case. @results: MadoAuthResult are
 * appended for spf, dkim and dmarc. FALSE: it has another form; then nothing is appended. Pure; bounded by @value. */
gboolean mado_auth_results_parse (const char *value, char **server, GPtrArray *results);

/* Appends to @results what the header of @entity says under the names @servers. Of each method, what the topmost field that
 * has it says. */
void mado_auth_results_read (const MadoEntity *entity, const char *const *servers, GPtrArray *results);
