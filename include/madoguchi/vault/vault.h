/* vault.h: seals what rests in the store and in the archive, so that a stolen disk says nothing.
 *
 * A vault holds secrets that no disk sees in the clear: data keys, which seal values (XChaCha20-Poly1305, each with a random
 * nonce), and one index key, from which keyed hashes for exact look-ups are made (BLAKE2b). A sealed value is bound to the
 * place that it rests in: moved to another table, column or row it does not open. The keeper alone has a vault.
 */
#pragma once

#include <glib.h>

typedef struct _MadoVault MadoVault;

#define MADO_VAULT_HASH_SIZE 16  /* bytes of a keyed hash */
#define MADO_VAULT_KEY_SIZE 32   /* bytes of a derived key */
#define MADO_VAULT_OVERHEAD 42   /* bytes that a sealed value is longer than what is in it */

/* (transfer full) a vault with new random keys. Aborts when the system has no memory to lock or no random bytes. */
MadoVault *mado_vault_new (void);
void mado_vault_free (MadoVault *vault);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoVault, mado_vault_free)

/* (transfer full) the secrets of @vault as text, to be wrapped and kept; its memory is cleared when it is freed. */
GBytes *mado_vault_export (const MadoVault *vault);

/* (transfer full) the vault whose secrets are in @secrets. Errors: PERM when they are not such a text. */
MadoVault *mado_vault_import (GBytes *secrets, GError **error);

/* A new random data key seals from now on; what the older ones sealed still opens. Errors: LIMIT when there are 8. */
gboolean mado_vault_rotate (MadoVault *vault, GError **error);

/* Forgets all data keys but the newest. What they sealed does not open any more. */
void mado_vault_retire (MadoVault *vault);

/* Makes @vault what @other is: whoever holds @vault works with those keys from now on. */
void mado_vault_assign (MadoVault *vault, const MadoVault *other);

/* Numbers of data keys that @vault has; the one that seals. */
guint mado_vault_count_keys (const MadoVault *vault);
guint8 mado_vault_current_key (const MadoVault *vault);

/* Number of the data key that sealed @sealed (at least one byte); 0: it is no sealed value. */
guint8 mado_vault_key_of (const void *sealed, gsize length);

/* (transfer full) @bytes, sealed for @place ("table.column") and @row (what names the row for good, e.g. a queue id). */
GBytes *mado_vault_seal (const MadoVault *vault, const char *place, const char *row, const void *bytes, gsize length);

/* (transfer full) what is in @sealed. Errors: PERM when it was not sealed by this vault for @place and @row, or was changed. */
GBytes *mado_vault_open (const MadoVault *vault, const char *place, const char *row, const void *sealed, gsize length,
                         GError **error);

/* A keyed hash of @bytes for look-ups that serve @purpose ("address", "indicator"): the same bytes for the same purpose always
 * give the same hash, for another purpose another one. */
void mado_vault_hash (const MadoVault *vault, const char *purpose, const void *bytes, gsize length,
                      guint8 hash[MADO_VAULT_HASH_SIZE]);

/* A key for @purpose ("audit", "words"), always the same; the caller clears it (mado_vault_clear). */
void mado_vault_derive (const MadoVault *vault, const char *purpose, guint8 key[MADO_VAULT_KEY_SIZE]);

/* A keyed hash (BLAKE2b) of 32 bytes, for what must not be made up by who does not have @key. */
void mado_vault_mac (const guint8 key[MADO_VAULT_KEY_SIZE], const void *bytes, gsize length, guint8 mac[MADO_VAULT_KEY_SIZE]);

/* A short keyed hash (SipHash-2-4) of many small things, @key being derived: fast, and not for what an attacker may look up. */
guint64 mado_vault_short_hash (const guint8 key[MADO_VAULT_KEY_SIZE], const void *bytes, gsize length);

/* Overwrites @bytes, even where a compiler thinks that nobody will read them. */
void mado_vault_clear (void *bytes, gsize length);
