/* public-key.h: the team's own public key, as it goes out with answers: small for the Autocrypt field, whole as an
 * attachment. For the signer, which has the ring at hand. */
#pragma once

#include "madoguchi/pgp/run.h"

typedef struct {
  GBytes *small;    /* binary: primary key, the user ID with the address, what can be encrypted to; NULL: no such user ID */
  GBytes *armoured; /* all user IDs and all valid subkeys; CRLF line ends */
} MadoPublicKey;

void mado_public_key_clear (MadoPublicKey *key);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoPublicKey, mado_public_key_clear)

/* Exports the key @fingerprint for @address. @keeps_signing: the small form keeps signing subkeys, too, for a primary key
 * that does not sign. @key: cleared by the caller; (transfer full) on success. Two gpg processes. Errors: TEMP. */
gboolean mado_public_key_export (const MadoPgpProgram *program, const char *fingerprint, const char *address,
                                 gboolean keeps_signing, MadoPublicKey *key, GError **error);
