/* wkd-place.h: where a Web Key Directory keeps the keys of an address (draft-koch-openpgp-webkey-service), and which domains may
 * be asked at all. Pure: nothing here opens a connection. For discover.c. */
#pragma once

#include <glib.h>

typedef struct {
  char *local;  /* the local part as it was written */
  char *hash;   /* its name in the directory: SHA-1 of it in ASCII lower case, in z-base-32 */
  char *domain; /* as DNS knows it: lower case, A-labels (RFC 5890) */
} MadoWkdPlace;

void mado_wkd_place_clear (MadoWkdPlace *name);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoWkdPlace, mado_wkd_place_clear)

/* Takes @address apart. Only names of the public DNS will do: two labels at least; no address in place of a name, no
 * localhost, and nothing below the names that are set aside for private use (RFC 6761, 6762, 7686, 8375).
 * Errors: PERM. */
gboolean mado_wkd_place_read (const char *address, MadoWkdPlace *name, GError **error);

/* (transfer full) where the directory has the keys: on the host openpgpkey.DOMAIN (advanced) or on DOMAIN itself
 * (direct). */
char *mado_wkd_place_url (const MadoWkdPlace *name, gboolean is_advanced);
