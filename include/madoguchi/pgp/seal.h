/* seal.h: signing and encrypting with the team key: one gpg process for each answer, nothing else.
 *
 * Called by the signer only. A sealer holds a context with the team key loaded, so that no answer looks a key
 * up; recipients are named by fingerprint in the call itself (facts/limits.md, trap 5). */
#pragma once

#include "madoguchi/pgp/home.h"
#include "madoguchi/pgp/public-key.h"

typedef struct _MadoSealer MadoSealer;

/* (transfer full) a sealer on @home (which must outlive it) with team key @fingerprint. Makes one trial
 * signature. Errors: CONF (no such key, no secret key, expired, a passphrase is asked for), TEMP (agent). */
MadoSealer *mado_sealer_new (MadoPgpHome *home, const char *fingerprint, GError **error);
void mado_sealer_free (MadoSealer *sealer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoSealer, mado_sealer_free)

/* How long the trial signature took, in microseconds: a passphrase-protected key shows here. */
gint64 mado_sealer_trial_us (const MadoSealer *sealer);

/* When the team's key ends, seconds since the epoch; 0: never. */
gint64 mado_sealer_key_expires (const MadoSealer *sealer);

/* Signs @text (UTF-8, LF line ends) so that it can be read with its signature around it (RFC 9580, 7).
 * @signed_text: (transfer full), LF line ends. Errors: TEMP. */
gboolean mado_sealer_clear_sign (MadoSealer *sealer, GBytes *text, GBytes **signed_text, GError **error);

/* Signs @bytes exactly as they are. @signature: (transfer full) armoured, CRLF line ends. @micalg: (transfer
 * full) for RFC 3156, 5: "pgp-sha512". Errors: TEMP. */
gboolean mado_sealer_sign (MadoSealer *sealer, GBytes *bytes, GBytes **signature, char **micalg, GError **error);

/* (transfer none) the home that it works in. */
MadoPgpHome *mado_sealer_home (const MadoSealer *sealer);

/* To whom something is encrypted. */
typedef struct {
  const char *fingerprint;
  GBytes *block;        /* (nullable) the key itself, when it is not in the ring: it stays out of it */
  gboolean to_team_too; /* and to the team itself, when it has an encryption key */
  const char *const *others; /* (nullable) fingerprints of further recipients' keys, which are in the ring */
} MadoSealTo;

/* Signs @bytes and encrypts them to @to; the combined form of RFC 3156, 6.2. @armoured: (transfer full) with CRLF line
 * ends. Errors: PERM (the recipient's key cannot be used; the message names it), TEMP. */
gboolean mado_sealer_sign_encrypt (MadoSealer *sealer, GBytes *bytes, const MadoSealTo *to, GBytes **armoured, GError **error);

/* Signs @bytes and encrypts them to the team itself, and to those of the keys @also (fingerprints; NULL-terminated) that can
 * still be encrypted to. @armoured: (transfer full). Errors: CONF when the team's key cannot be encrypted to; TEMP. */
gboolean mado_sealer_wrap (MadoSealer *sealer, GBytes *bytes, const char *const *also, GBytes **armoured, GError **error);

/* @key: (transfer none; until the next call) the team's public key, for @address; made again only when the ring has
 * changed. Errors: TEMP. */
gboolean mado_sealer_public_key (MadoSealer *sealer, const char *address, const MadoPublicKey **key, GError **error);
