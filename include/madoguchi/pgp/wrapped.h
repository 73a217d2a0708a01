/* wrapped.h: the keys of the store, as they rest: an armoured message to the team, signed by the team.
 *
 * Called by the opener's worker on the keeper's request. What it opens stays out of the worker's own memory, which the
 * readers of hostile mails inherit.
 */
#pragma once

#include "madoguchi/pgp/open.h"

/* Most bytes of the file. */
#define MADO_WRAPPED_MAX (256 * 1024)

typedef struct {
  char **keys;  /* fingerprints of the team's keys that can open it, as far as the ring knows them, else key ids */
  char *signer; /* fingerprint of the team's key that signed it */
} MadoWrapped;

void mado_wrapped_clear (MadoWrapped *wrapped);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoWrapped, mado_wrapped_clear)

/* Opens @armor in a process of its own. It must be signed by [team] key or one of old-keys that is not revoked.
 * @secrets: a memory file with the text; the caller owns it. Errors: TEMP (no agent: says nothing about the file); PERM
 * when the file is not what it should be, or no key here opens it. */
gboolean mado_wrapped_open (const MadoPgpHome *home, const MadoConf *conf, GBytes *armor, int *secrets, MadoWrapped *wrapped,
                            GError **error);
