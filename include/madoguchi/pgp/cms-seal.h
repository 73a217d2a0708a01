/* cms-seal.h: signing and encrypting in S/MIME (RFC 8551) with the team's certificate, by gpgsm. For the signer; the agent
 * that holds the key is the home's.
 *
 * GnuPG 2.2 encrypts in CBC mode, which nobody can check for changes; the signature inside covers everything that is
 * encrypted. Certificates of recipients come with the answer and are forgotten with it; gpgsm takes one only when it leads
 * to an authority of [crypto] smime-trust. Nothing is fetched, neither certificates nor lists of revoked ones. */
#pragma once

#include "madoguchi/pgp/home.h"
#include "madoguchi/pgp/seal.h"

/* Signs @bytes exactly as they are with the certificate @signer (SHA-1 fingerprint). @signature: (transfer full) detached,
 * DER. Its micalg is "sha-256". Errors: PERM (the team's certificate cannot be used: an answer goes another way then), TEMP. */
gboolean mado_cms_sign (MadoPgpHome *home, const char *signer, GBytes *bytes, GBytes **signature, GError **error);

/* Encrypts @bytes to the certificate @to->fingerprint, which stands in @to->block (DER, with the authorities' certificates
 * that it needs, one after another); to_team_too: and to @team. @sealed: (transfer full) enveloped data, DER.
 * Errors: PERM (the certificate cannot be used), TEMP. */
gboolean mado_cms_encrypt (MadoPgpHome *home, const char *team, GBytes *bytes, const MadoSealTo *to, GBytes **sealed,
                           GError **error);
