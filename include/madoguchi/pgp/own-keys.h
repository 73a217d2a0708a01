/* own-keys.h: which keys and certificates are the team's own: what [team] key, old-keys and shared-keys name, and the
 * S/MIME certificates for its addresses. For keyring.c, when the key table is made; no mail is opened meanwhile. */
#pragma once

#include "madoguchi/model/own-key.h"
#include "madoguchi/pgp/ring-engine.h"

/* (transfer full) "KIND FINGERPRINT" for each key that the configuration names, upper case; and "address ADDRESS" for each
 * address: what a table of own keys was made for. */
char **mado_own_keys_named (const MadoConf *conf);

/* (transfer none, nullable) "team", "old" or "shared" when @named (of the above) has the primary key @fingerprint. */
const char *mado_own_keys_kind (const char *const *named, const char *fingerprint);

/* Adds the parts of all own keys to @own (of MadoOwnKey). Starts gpg once for each key; certificates are read without an
 * engine. Errors: TEMP. */
gboolean mado_own_keys_find (const MadoRingEngine *engine, GPtrArray *own, GError **error);
