/* split.h: mails of a ticket get one of their own. Called within a transaction. */
#pragma once

#include "madoguchi/desk/settle.h"

#define MADO_SPLIT_MAX 1000 /* mails at once */

/* Moves the mails that the lines @entries of @incident show into a new ticket, @made, in the name of @member: with the answers
 * to them, so that what answers those comes there. It shows what its mails say, and a TLP that is no milder than that of
 * @incident. Errors: NO when a line shows no mail, or none would be left. */
gboolean mado_split_mails (const MadoSettler *settler, gint64 incident, const gint64 *entries, gsize n, const char *member,
                           gint64 *made, GError **error);
