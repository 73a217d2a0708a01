/* found.h: what a directory gave for an address, cut down to what may come near the keyring: public keys of version 4 that
 * name this very address, each with that one user ID, its subkeys and its own signatures, and nothing else. Pure: packets
 * are looked at, no signature is checked; gpg does that when they are imported. For keyring.c. */
#pragma once

#include <glib.h>

/* Most keys that one look-up may bring, and most bytes of each. */
#define MADO_FOUND_KEYS_MAX 3
#define MADO_FOUND_KEY_BYTES_MAX (32 * 1024)

/* Reads @bytes (armoured or binary). @wanted: (nullable) the fingerprint of a key that may come without a user ID: it is
 * known already. @clean: (transfer full) the keys in the order they stand, at most the maximum. @fingerprints: (transfer
 * full) theirs, upper case. Errors: PERM: a secret key, something that is no key, or none for @address. */
gboolean mado_found_read (GBytes *bytes, const char *address, const char *wanted, GBytes **clean, char ***fingerprints,
                          GError **error);
