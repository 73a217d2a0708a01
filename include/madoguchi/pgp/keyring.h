/* keyring.h: the sole writer of the public keyring and of what the house says of keys, in [crypto] gnupg-home. Every change is
 * made under a lock file and ends with a new key table (key-index.h). Called by the keyring role, and by the
 * CLI when no role runs. Keys are imported minimal: self-signatures only (import-options self-sigs-only,
 * import-clean), never secret parts. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/key.h"

/* (transfer full) all known keys, and what vouches for each, computed now. Errors: TEMP. */
MadoKeyTable *mado_keyring_list (const MadoConf *conf, GError **error);

/* Imports the key block @block (armoured or binary; at most 1 MiB). @pin: pin each key to the addresses of its
 * valid user IDs, in the name of the member @by (nullable). @imported: (transfer full) the keys as they are now known.
 * Other people's certifications go to the archive alone (web.h). Errors: PERM (no key in it), LIMIT, TEMP. */
gboolean mado_keyring_import (const MadoConf *conf, GBytes *block, gboolean pin, const char *by, MadoKeyTable **imported,
                              GError **error);

/* (transfer full) the armoured public key. Errors: NO. */
GBytes *mado_keyring_export (const MadoConf *conf, const char *fingerprint, GError **error);

/* Has the house say something of a key, or take it back, in the name of the member @by (nullable). @verb:
 * "pin" @subject, an address, to @fingerprint: this key and no other, whatever its user IDs say; "unpin" @subject;
 * "map" @subject, an address or a whole domain, to @fingerprint: this key, too, whatever its user IDs say; "unmap" @subject;
 * "certify" @fingerprint: it belongs to the addresses that it names now; "uncertify";
 * "distrust" @fingerprint (it need not be known): nothing vouches for it any more; "undistrust".
 * A fingerprint is 40 hex digits. @key: (transfer full, nullable) the key as it is known then; NULL: it is not.
 * Errors: NO (no such key; nothing to take back), PERM (no address; nothing to certify), TEMP. */
gboolean mado_keyring_state (const MadoConf *conf, const char *verb, const char *subject, const char *fingerprint,
                             const char *by, MadoKey **key, GError **error);

/* Removes a key, and what was said of it but distrust. Errors: NO (no such key), PERM (the team's own), TEMP. */
gboolean mado_keyring_remove (const MadoConf *conf, const char *fingerprint, GError **error);

/* Writes the key table anew, e.g. after keys were imported with gpg itself. Errors: TEMP. */
gboolean mado_keyring_refresh_table (const MadoConf *conf, GError **error);

/* For adopt.c, which holds the lock with @engine. take () imports @block, of which @fingerprints (transfer full) are the
 * keys; write () makes the table anew (@listed: (transfer full) what is in it). Errors: PERM, TEMP. */
struct _MadoRingEngine;
gboolean mado_keyring_take (struct _MadoRingEngine *engine, GBytes *block, char ***fingerprints, GError **error);
gboolean mado_keyring_write (struct _MadoRingEngine *engine, MadoKeyTable **listed, GError **error);
