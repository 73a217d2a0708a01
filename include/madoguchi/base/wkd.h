/* wkd.h: under which name a Web Key Directory keeps the key of an address (draft-koch-openpgp-webkey-service, 3.1): for
 * whoever asks one, and for whoever makes one. */
#pragma once

#include <glib.h>

/* (transfer full) @bytes in z-base-32: 5 bits a letter, the rest of the last one zeros; nothing is padded. */
char *mado_wkd_zbase32 (const guint8 *bytes, gsize length);

/* (transfer full, nullable) the file name for @address: SHA-1 of its local part with ASCII letters in lower case, in
 * z-base-32, 32 letters. NULL when @address has no local part or no domain. */
char *mado_wkd_name (const char *address);
