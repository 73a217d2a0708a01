/* cms.h: decryption and verification of CMS data (RFC 5652, the format of S/MIME) by gpgsm, as facts. One gpgsm
 * process per call (one more to tell why authenticated data could not be decrypted).
 *
 * The structure (cms-reader.h) is judged first: GPGME has few words for what gpgsm cannot do. Trust: a signature whose
 * certificate leads to an authority on the team's list is vouched for; mail/verdict compares the addresses. Called in
 * the child that reads one mail. */
#pragma once

#include "madoguchi/pgp/open.h"

typedef struct _MadoCmsEngine MadoCmsEngine;

/* (transfer full) an engine in @home, which serves one operation at a time. Errors: CONF (no gpgsm), TEMP. */
MadoCmsEngine *mado_cms_engine_new (MadoPgpHome *home, GError **error);
void mado_cms_engine_free (MadoCmsEngine *engine);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoCmsEngine, mado_cms_engine_free)

/* Decrypts @bytes. integrity is "aead" for RFC 5083 with AES-GCM, else "none": anybody may have changed what was
 * encrypted that way, whatever came out. @result: (transfer full). Errors: TEMP. */
gboolean mado_cms_decrypt (MadoCmsEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                           MadoPgpResult **result, GError **error);

/* Verifies the detached signature over @bytes, whose bare line feeds count as CR LF (RFC 8551, 3.1.1).
 * @result: (transfer full). Errors: TEMP. */
gboolean mado_cms_verify (MadoCmsEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                          const guint8 *signature, gsize signature_size, MadoPgpResult **result, GError **error);

/* Verifies signed data that brings its text along. @result: (transfer full); its plaintext is the verifier's output,
 * whatever the signatures are worth. Errors: TEMP. */
gboolean mado_cms_verify_opaque (MadoCmsEngine *engine, const MadoPgpLimits *limits, const guint8 *bytes, gsize size,
                                 MadoPgpResult **result, GError **error);
