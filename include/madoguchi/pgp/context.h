/* context.h: a GPGME context for one home, set up so that nothing a mail contains can reach further than it
 * should, and the one translator of GPGME's errors. Shared by open.c, seal.c and keyring.c. */
#pragma once

#include <gpgme.h>

#include <glib.h>

/* (transfer full) a context on the GnuPG home @path: OpenPGP, offline, no pinentry, no symmetric-key cache, no
 * key retrieval. Starts two short processes (gpgconf and gpg --version) the first time in a process and one
 * later: make it before the mail path, and before a child is forked that uses it. One context serves one
 * operation at a time. Errors: CONF (no gpg), TEMP. */
gpgme_ctx_t mado_pgp_context_new (const char *path, GError **error);

/* (transfer full) the same for gpgsm (CMS, the format of S/MIME). Errors: CONF (no gpgsm), TEMP. */
gpgme_ctx_t mado_pgp_context_new_cms (const char *path, GError **error);

void mado_pgp_context_free (gpgme_ctx_t context);
G_DEFINE_AUTO_CLEANUP_FREE_FUNC (gpgme_ctx_t, mado_pgp_context_free, NULL)

/* Is @problem our own trouble (an agent that is away, a full disk), which says nothing about the mail? */
gboolean mado_pgp_error_is_ours (gpgme_error_t problem);

/* Sets @error to "WHAT: GPGME's words" and returns FALSE. An agent that is away, a full disk and whatever else
 * is our own trouble is TEMP; a broken engine CONF; a key that cannot be used is PERM. */
gboolean mado_pgp_error_set (GError **error, gpgme_error_t problem, const char *what);
