/* hash.h: SHA-256 (FIPS 180-4), as fast as the processor allows: every mail is hashed at each station of its way.
 *
 * By libgcrypt, which uses the processor's own instructions; GLib's GChecksum takes six times as long.
 */
#pragma once

#include <glib.h>

typedef struct _MadoHash MadoHash;

/* (transfer full) an empty hash. */
MadoHash *mado_hash_new (void);
void mado_hash_free (MadoHash *hash);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoHash, mado_hash_free)

/* Adds @length @bytes to what is hashed. */
void mado_hash_update (MadoHash *hash, const void *bytes, gsize length);

/* (transfer full) the hash of all that was given, 64 lower-case hex digits. Nothing can be added afterwards. */
char *mado_hash_hex (MadoHash *hash);

/* (transfer full) the hash of @length @bytes at once. */
char *mado_hash_bytes (const void *bytes, gsize length);
