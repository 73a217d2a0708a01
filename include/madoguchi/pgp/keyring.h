/* keyring.h: the sole writer of the public keyring and of the pins, in [crypto] gnupg-home. Every change is
 * made under a lock file and ends with a new key table (key-index.h). Called by the keyring role, and by the
 * CLI when no role runs. Keys are imported minimal: self-signatures only (import-options self-sigs-only,
 * import-clean), never secret parts. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/key.h"

/* (transfer full) all known keys. Errors: TEMP. */
MadoKeyTable *mado_keyring_list (const MadoConf *conf, GError **error);

/* Imports the key block @block (armoured or binary; at most 1 MiB). @pin: pin each key to the addresses of its
 * valid user IDs. @imported: (transfer full) the keys as they are now known.
 * Errors: PERM (no key in it), LIMIT, TEMP. */
gboolean mado_keyring_import (const MadoConf *conf, GBytes *block, gboolean pin, MadoKeyTable **imported, GError **error);

/* (transfer full) the armoured public key. Errors: NO. */
GBytes *mado_keyring_export (const MadoConf *conf, const char *fingerprint, GError **error);

/* Pins @address to @fingerprint (a known key; any unique form GnuPG takes is not enough: 40 hex digits).
 * One key per address: a new pin replaces the old one. Errors: NO (no such key), PERM (no address), TEMP. */
gboolean mado_keyring_pin (const MadoConf *conf, const char *address, const char *fingerprint, GError **error);
gboolean mado_keyring_unpin (const MadoConf *conf, const char *address, GError **error);

/* Writes the key table anew, e.g. after keys were imported with gpg itself. Errors: TEMP. */
gboolean mado_keyring_refresh_table (const MadoConf *conf, GError **error);
