/* adopt.h: keys from directories come into the public keyring, under the lock and by the ways of keyring.h. For the keyring
 * role. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/key.h"

/* What a directory gave for an address. */
typedef struct {
  GBytes *block;
  const char *address;
  const char *source; /* "wkd", "dane", "vks" */
  const char *wanted; /* (nullable) the fingerprint of a known key that was asked for by name */
} MadoKeyOffer;

/* Takes what is in @offer into the ring as far as it is a key for the address (found.h) and gpg finds its own signatures
 * good, and remembers which directory offered it for the address, in place of what the same one offered before. Vouches for
 * nothing: pins, maps and certifications stay as they are. @found: (transfer full) of MadoFoundKey, one for each key.
 * Errors: PERM (nothing of use in it; ours), LIMIT ([discovery] max-keys), TEMP. */
gboolean mado_adopt_keys (const MadoConf *conf, const MadoKeyOffer *offer, GPtrArray **found, GError **error);
