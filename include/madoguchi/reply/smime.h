/* smime.h: an answer in S/MIME: what compose.c made, signed with the team's certificate and encrypted around that
 * (RFC 8551, 3.5.3 and 3.3). For compose.c. */
#pragma once

#include "madoguchi/pgp/seal.h"

/* Appends the structural header fields and the content of the mail to @out, whose other fields stand there already. @home:
 * of the signer; @team: SHA-1 fingerprint of its certificate. @payload: an entity, CRLF throughout, in 7 bit.
 * Errors: PERM (one of the certificates cannot be used), TEMP. */
gboolean mado_smime_seal (MadoPgpHome *home, const char *team, GBytes *payload, const MadoSealTo *to, GString *out, GError **error);
