/* signature.h: one signature as its engine reports it, gpg or gpgsm alike. Used by open.c and cms-verify.c, which know
 * whose key it is. */
#pragma once

#include "madoguchi/pgp/result.h"

#include <gpgme.h>

/* What the engine itself found. Nobody vouches for the key yet: the best is good-untrusted. */
MadoSignatureStatus mado_pgp_signature_status (const gpgme_signature_t found);

/* Does @status say that the mathematics came out right? */
gboolean mado_pgp_signature_is_sound (MadoSignatureStatus status);

/* (transfer full) @found with the judgement that engines leave to us: a weak hash, a time after @now (seconds) and a key
 * that is not for signatures make it unsupported; a sentence goes to @result. */
MadoSignature *mado_pgp_signature_describe (const gpgme_signature_t found, gint64 now, MadoPgpResult *result);
