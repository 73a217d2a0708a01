/* own-secrets.h: which secret keys an agent has. It is asked whether it has them, and nothing is done with them. */
#pragma once

#include "madoguchi/pgp/home.h"

/* (transfer full) of the keys @fingerprints (of primary keys, NULL-terminated) in the keyring those parts, primary keys
 * and subkeys (upper case), whose secret key the agent has that a worker for @purpose would use. Works in a home of its
 * own, below /tmp, that is gone afterwards.
 * @keygrips: (nullable) a table that gets the keygrip of each part, by fingerprint (both are the table's to free). Errors: TEMP (the agent does not answer), CONF. */
GHashTable *mado_own_secrets_list (const MadoConf *conf, MadoPgpPurpose purpose, const char *const *fingerprints,
                                   GHashTable *keygrips, GError **error);
