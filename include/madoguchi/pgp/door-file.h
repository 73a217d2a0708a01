/* door-file.h: the list of our keys and certificates for the door in the SMTP dialogue (intake/door-keys.h), which has no keyring. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/key.h"

/* (transfer full) the lines for all of @own (of MadoOwnKey) that mail can be encrypted to: a revoked one counts as ended
 * when it was made. */
char *mado_door_file_format (const GPtrArray *own);

/* Writes RUNTIME/door-keys. Errors: TEMP, DENIED. */
gboolean mado_door_file_write (const MadoConf *conf, const MadoKeyTable *table, GError **error);
