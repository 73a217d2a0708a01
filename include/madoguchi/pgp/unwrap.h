/* unwrap.h: the encryption taken off a message, its inside left as it is.
 *
 * gpg in batch mode stops at a signature that is wrong, before it has looked whether the encrypted data are whole; and it
 * gives up on signatures of RFC 9580. For these two cases open.c asks a second time, for the bare inside. */
#pragma once

#include "madoguchi/pgp/status.h"

/* (transfer full, nullable) the packets inside the encrypted data of @cipher, which is read from its start, once gpg said
 * that they are whole; at most @max bytes. NULL: it did not, or there is anything beside the encrypted data. */
GBytes *mado_pgp_unwrap (gpgme_ctx_t context, MadoPgpStatus *status, gpgme_data_t cipher, guint64 max);
