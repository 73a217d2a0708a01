/* open.h: decryption and verification of OpenPGP data, as facts. One gpg process per call.
 *
 * Every verdict of the engine is looked at twice: its error and each signature. On any error all output is thrown
 * away. Output is capped while it arrives. Trust plays no part here: a good signature is good-untrusted until
 * mail/verdict binds it to the sender. Called in the child that reads one mail.
 */
#pragma once

#include "madoguchi/pgp/home.h"
#include "madoguchi/pgp/key-index.h"
#include "madoguchi/pgp/result.h"

/* A GPGME context on a home. Made by the worker before it forks: the first one in a process asks the engine for
 * its version. */
typedef struct _MadoPgpEngine MadoPgpEngine;
MadoPgpEngine *mado_pgp_engine_new (const MadoPgpHome *home, GError **error);
void mado_pgp_engine_free (MadoPgpEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoPgpEngine, mado_pgp_engine_free)

typedef struct {
  const MadoKeyIndex *keys; /* nullable: maps subkeys to their primary keys */
  guint64 max_plaintext;
  guint max_recipients;
  guint max_signatures;
  gint64 now; /* for signatures from the future */
  guint max_trials;         /* most recipients of a mail whose key has to be found by trying; 0: no cap */
  guint trials_before;      /* of them, in other messages of this mail */
  gboolean takes_secrets;   /* the vault's own keys are not withheld: only for wrapped.c */
} MadoPgpLimits;

/* Decrypts @bytes (armoured or binary) and verifies the signatures inside. @result: (transfer full).
 * Errors: TEMP (no agent, no engine): this says nothing about the mail. */
gboolean mado_pgp_decrypt (MadoPgpEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                           MadoPgpResult **result, GError **error);

/* Verifies the detached signature over @bytes. @is_mail: they are a part of a mail, whose bare line feeds count as
 * CR LF (RFC 3156, 5); otherwise they are a file, taken as it is.
 * @result: (transfer full); its outcome is corrupt when there is no signature in it. Errors: TEMP. */
gboolean mado_pgp_verify (MadoPgpEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                          gboolean is_mail, const guint8 *signature, gsize signature_size, MadoPgpResult **result,
                          GError **error);

/* Verifies @bytes that hold text and signature: one clear-signed block (RFC 9580, 7) alone, or a signed message.
 * @result: (transfer full); its plaintext is the verifier's output, whatever the signatures are worth; none when
 * there was no signature (outcome corrupt). Errors: TEMP. */
gboolean mado_pgp_verify_opaque (MadoPgpEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                                 MadoPgpResult **result, GError **error);
