/* home.h: a private GnuPG home for one worker process, so that parallel workers share no lock and no agent.
 *
 * The home lives in RUNTIME/gpg-PURPOSE-N. It has a gpg.conf of ours (lock-never, no-auto-key-retrieve,
 * no-auto-check-trustdb, no-autostart, trust-model always: trust is data, see key-index.h; a random_seed only where
 * something is encrypted), a copy of the public ring of [crypto] gnupg-home that follows its changes, and either a
 * redirect to the configured agent's socket or, without one, a link to the secret keys and an agent of its own. The
 * agent is started by the worker, outside the limits of the children that use it.
 *
 * A home changes the environment of its process: engines are told of no terminal and of no locale.
 */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/pgp/crl.h"

typedef enum { MADO_PGP_DECRYPT, MADO_PGP_SIGN } MadoPgpPurpose;

typedef struct _MadoPgpHome MadoPgpHome;

/* (transfer full) makes (or finds again) the home and its agent. @runtime: usually [runtime] directory; the
 * CLI gives a directory of its own. Errors: CONF, TEMP. */
MadoPgpHome *mado_pgp_home_new (const MadoConf *conf, const char *runtime, MadoPgpPurpose purpose, guint worker,
                                GError **error);

/* Brings the copy of the ring up to date; to be called before each job (one stat(2) when nothing has changed).
 * In a child of the owner: does nothing. While an administrator's gpg has moved the ring away the copy stays as it
 * was; without a copy it waits, a second at most. Errors: TEMP. */
gboolean mado_pgp_home_refresh (MadoPgpHome *home, GError **error);

/* Does the agent answer, and is the copy of the ring up to date? Starts our own agent again when it does not; a
 * configured foreign one is only asked, and a forked child of the owner only asks, too.
 * Cheap (a stat, and a connect unless our own agent answered in the last second). Errors: TEMP. */
gboolean mado_pgp_home_check_agent (MadoPgpHome *home, GError **error);

/* (transfer none) the directory. */
const char *mado_pgp_home_path (const MadoPgpHome *home);

/* (transfer none) the socket of the agent: the configured one's, or our own one's. */
const char *mado_pgp_home_agent (const MadoPgpHome *home);

/* (transfer none, nullable) the lists of revoked certificates of [crypto] smime-crls, as fresh as the last refresh;
 * NULL: none are kept, or this home only signs. */
const MadoCrls *mado_pgp_home_crls (const MadoPgpHome *home);

/* Ends the agent that we started and removes the directory. */
void mado_pgp_home_close (MadoPgpHome *home);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoPgpHome, mado_pgp_home_close)
