/* statements.h: what the house says of keys: pins, maps, certifications, distrust, and which key followed which. Two
 * text files in [crypto] gnupg-home, each replaced in one step: madoguchi-pins ("ADDRESS FINGERPRINT TIME BY") and
 * madoguchi-statements ("KIND SUBJECT FINGERPRINT TIME BY"; no subject: "-"). No engine is asked here; whoever writes
 * holds the lock of the keyring. */
#pragma once

#include "madoguchi/model/key.h"

typedef struct _MadoStatements MadoStatements;

/* (transfer full) the statements in @directory; none when the files are missing. Lines that are none are passed over.
 * Errors: TEMP, LIMIT. */
MadoStatements *mado_statements_read (const char *directory, GError **error);
void mado_statements_free (MadoStatements *statements);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoStatements, mado_statements_free)

/* Says @kind of @fingerprint and @subject (NULL: none), in the name of @by (NULL: nobody's). A pin or map of a subject
 * takes the place of the one that was there; other statements are made once. @now: seconds since the epoch. */
void mado_statements_set (MadoStatements *statements, const char *kind, const char *subject, const char *fingerprint,
                          const char *by, gint64 now);

/* Takes back every statement of @kind that fits @subject and @fingerprint (NULL fits all; kind NULL: every kind but
 * "distrusted"). Returns how many. */
guint mado_statements_drop (MadoStatements *statements, const char *kind, const char *subject, const char *fingerprint);

/* Writes the files whose content changed. Errors: TEMP, DENIED. */
gboolean mado_statements_write (const MadoStatements *statements, const char *directory, GError **error);

/* Puts what is said of @key into it: statements, pinned, is_distrusted, and the user IDs that are certified. */
void mado_statements_apply (const MadoStatements *statements, MadoKey *key);

/* (transfer full) the fingerprints that are distrusted. */
char **mado_statements_distrusted (const MadoStatements *statements);
