/* web.h: the archive of keys with everybody's certifications, and what it tells: validities by the Web of Trust, and
 * which key certified its successor. The ring that mails are opened with stays slim (self-signatures only), so this one
 * is kept beside it, and is looked at only when keys change. For keyring.c, under its lock. */
#pragma once

#include "madoguchi/model/key.h"
#include "madoguchi/pgp/ring-engine.h"
#include "madoguchi/pgp/statements.h"

/* Does the archive hold what the ring does? An administrator's gpg changes the ring alone. */
gboolean mado_web_is_synced (const MadoRingEngine *engine);

/* Says that it does. Errors: TEMP. */
gboolean mado_web_mark_synced (const MadoRingEngine *engine, GError **error);

/* Takes @block with all certifications into the archive. Errors: TEMP. */
gboolean mado_web_merge (const MadoRingEngine *engine, GBytes *block, GError **error);

/* Raises the validities of @table by the Web of Trust, after the archive was brought in line with the ring (when the
 * lock is ours). Sets table->until to what is sooner. Errors: TEMP. */
gboolean mado_web_apply (const MadoRingEngine *engine, MadoKeyTable *table, GError **error);

/* Writes down which keys of @table certified the keys @fingerprints, for which address. Errors: TEMP. */
gboolean mado_web_find_successors (const MadoRingEngine *engine, const MadoKeyTable *table, char **fingerprints,
                                   MadoStatements *statements, gint64 now, GError **error);

/* Takes a key out of the archive; none there: TRUE. Errors: TEMP. */
gboolean mado_web_remove (const MadoRingEngine *engine, const char *fingerprint, GError **error);
