/* crl.h: lists of revoked certificates (RFC 5280, 5) that the administrator keeps in a directory. Nothing here fetches
 * anything, and no list's own signature is checked: whoever may write the directory is believed, so whatever fills it has
 * to check first (madoguchi.conf(5), smime-crls). */
#pragma once

#include <glib.h>

typedef struct _MadoCrls MadoCrls;

typedef enum {
  MADO_CRL_NONE,    /* there is no list of this certificate's issuer */
  MADO_CRL_CLEAR,
  MADO_CRL_REVOKED,
  MADO_CRL_STALE    /* its issuer's list should have been replaced by a newer one */
} MadoCrlStatus;

/* (transfer full) the lists in the files *.crl, *.pem and *.der of @directory (DER, or PEM with any number of them).
 * Errors: CONF (no such directory; a file that is no list; one that tells only a part, RFC 5280, 5.2.4 and 5.2.5; more
 * than 100 files or a million entries). */
MadoCrls *mado_crls_load (const char *directory, GError **error);
void mado_crls_free (MadoCrls *crls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoCrls, mado_crls_free)

/* Has a file come, gone or changed since? Some stat(2) calls. */
gboolean mado_crls_is_stale (const MadoCrls *crls);

/* What is known of the certificate @bytes (DER) at @now, seconds since the epoch. */
MadoCrlStatus mado_crls_look_up (const MadoCrls *crls, const guint8 *bytes, gsize size, gint64 now);

/* How many lists there are, and of these how many should have been replaced before @now. */
guint mado_crls_count (const MadoCrls *crls, gint64 now, guint *stale);
