/* key-index.h: the known keys in memory: which key speaks for which address. Pure data, no engine call.
 *
 * The keyring role writes the table to GNUPG-HOME/madoguchi-keys whenever keys or pins change; the opener,
 * the signer and the CLI read it once and again when the file changes. Opening a mail costs no trust
 * computation and no further gpg process.
 */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/key.h"

typedef struct _MadoKeyIndex MadoKeyIndex;

/* (transfer full) an index over @table (transfer full). */
MadoKeyIndex *mado_key_index_new (MadoKeyTable *table);
void mado_key_index_free (MadoKeyIndex *index);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoKeyIndex, mado_key_index_free)

/* (transfer full) the index for [crypto] gnupg-home: from the table file, or, when that is missing or older
 * than the ring, by listing the ring (one gpg process). Errors: TEMP. */
MadoKeyIndex *mado_key_index_load (const MadoConf *conf, GError **error);

/* Has the ring or the table file changed since @index was loaded? Two stat(2) calls. */
gboolean mado_key_index_is_stale (const MadoKeyIndex *index, const MadoConf *conf);

/* Has a certification or a key that the table's validities rest on ended since it was made? Then what GnuPG computed
 * counts no more until the table is made again; pins, maps and the team's statements do. @now: seconds since the epoch. */
gboolean mado_key_index_is_over (const MadoKeyIndex *index, gint64 now);

/* Has the table to be made anew: is it over, or older than the ring, the trust database or what the house says? Some
 * stat(2) calls. For the keyring role. */
gboolean mado_key_index_is_due (const MadoKeyIndex *index, const MadoConf *conf, gint64 now);

/* (transfer none, nullable) the key with this fingerprint, primary or subkey, or long key id. */
const MadoKey *mado_key_index_find (const MadoKeyIndex *index, const char *fingerprint);

/* Which validity does @key have for @address, and who vouched ("pin", "map", "certified", "web-of-trust"; NULL:
 * nobody)? A pinned key is fully valid for its address; when another key is pinned for @address, this one is
 * MADO_VALIDITY_NEVER. A key that the address, or else its domain, is mapped to is fully valid, whatever its user IDs
 * say; others beside it may be, too. @matches: does a user ID, pin or map of @key name @address at all? */
MadoValidity mado_key_index_judge (const MadoKeyIndex *index, const MadoKey *key, const char *address, gboolean *matches,
                                   const char **vouched_by);

/* (transfer container) the keys that a directory offered for @address and that name it still, the newest first: of MadoKey,
 * never NULL. Whether one may be used is for judge () and the key itself to say. */
GPtrArray *mado_key_index_list_found (const MadoKeyIndex *index, const char *address);

/* (transfer none, nullable) which directory ("wkd", "dane", "vks") offered @key for @address; NULL: none. */
const char *mado_key_index_found_by (const MadoKey *key, const char *address);

/* (transfer none, nullable) "team", "old" or "shared" when the key or subkey @fingerprint (nullable) is the team's own;
 * NULL: it is not. Nobody else's key is one of these, whatever a mail says. */
const char *mado_key_index_own_kind (const MadoKeyIndex *index, const char *fingerprint);

/* Is @key an old key of the team, or one that others have, too? It speaks for nobody. */
gboolean mado_key_index_is_retired (const MadoKeyIndex *index, const MadoKey *key);

/* Does the team distrust the key or certificate @fingerprint (nullable)? */
gboolean mado_key_index_is_distrusted (const MadoKeyIndex *index, const char *fingerprint);

/* (transfer full) the fingerprints of older keys that certified @key for @address, and are neither distrusted nor
 * revoked since. */
char **mado_key_index_forerunners (const MadoKeyIndex *index, const MadoKey *key, const char *address);

/* (transfer none) the table. */
const MadoKeyTable *mado_key_index_table (const MadoKeyIndex *index);
