/* candidates.h: what the keyring knows of the keys that an answer could be encrypted to. It states facts; which key is
 * taken decides desk/key-choice. For the keyring role. */
#pragma once

#include "madoguchi/pgp/key-index.h"

/* Fills in what the ring knows of @candidates (of MadoKeyCandidate) and adds the keys that are pinned, mapped or certified
 * for @address, or found for it in a directory. @team: fingerprint of the team's key (nullable). One pass over the table,
 * no engine call. */
void mado_candidates_fill (const MadoKeyIndex *index, const char *team, const char *address, GPtrArray *candidates);

/* Reads the blocks of those of @candidates that are not in the ring, after fill (): gpg takes each into a ring that is
 * thrown away, with self-signatures only, and what comes out of it takes the block's place. A block that holds no such key
 * leaves its candidate as it was. Errors: TEMP. */
gboolean mado_candidates_read_blocks (const MadoConf *conf, const MadoKeyIndex *index, const char *address,
                                      GPtrArray *candidates, GError **error);
