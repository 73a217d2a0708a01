/* cms-chain.h: is a certificate, or one above it in its chain, on a list of revoked certificates? For cms.c, in the child
 * that reads one mail; asks the gpgsm that has just verified. */
#pragma once

#include "madoguchi/pgp/crl.h"

#include <gpgme.h>

/* The worst that @crls say at @now of the certificate @fingerprint and those that vouch for it, as far as gpgsm has them:
 * REVOKED, else STALE, else CLEAR when there was a list at all. */
MadoCrlStatus mado_cms_chain_check (gpgme_ctx_t context, const MadoCrls *crls, const char *fingerprint, gint64 now);
