/* audit-head.h: the text by which the team's key vouches for the audit. It holds numbers alone, and is made here of numbers alone:
 * whoever may ask for it can have nothing else signed. Anybody can check its signature (gpg --verify). */
#pragma once

#include "madoguchi/model/audit.h"
#include "madoguchi/pgp/seal.h"

/* (transfer full) @head as text, clear-signed by @sealer (RFC 9580, 7). Errors: PERM (no such head), TEMP. */
GBytes *mado_audit_head_sign (MadoSealer *sealer, const MadoAuditHead *head, GError **error);

/* (transfer full) what @text says, when one of @keys (fingerprints of primary keys) signed it; the key may have expired since.
 * Text outside of the signature counts for nothing. Errors: PERM (not such a text, or not signed so), TEMP. */
MadoAuditHead *mado_audit_head_check (const char *home, const char *const *keys, GBytes *text, GError **error);
