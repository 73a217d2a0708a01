/* certificates.h: the certificates that a CMS message without a signature only carries along (RFC 8551, 3.9), named for
 * what a sender offers. Nothing is proved by it, nothing is imported, no engine is asked. */
#pragma once

#include "madoguchi/model/report.h"

/* Adds the certificates (@size bytes of DER at @bytes, one after another) to @keys (of MadoOfferedKey), each fingerprint
 * once, at most @max in all. Their user ids: the mail addresses that they name, then the subject. */
void mado_certificates_read (const guint8 *bytes, gsize size, const char *source, guint max, GPtrArray *keys);

/* What one certificate says of itself; nothing is checked. */
typedef struct {
  char *fingerprint;   /* SHA-1, upper-case hex */
  char *serial;        /* its number, upper-case hex, as mado_cms_read () names recipients by */
  char **names;        /* the mail addresses that it names, then its subject */
  gint64 begins, ends; /* 0: cannot be read */
  gboolean can_sign, can_encrypt; /* by its keyUsage (RFC 5280, 4.2.1.3); both without one */
} MadoCertificate;

void mado_certificate_clear (MadoCertificate *certificate);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoCertificate, mado_certificate_clear)

/* Reads the certificate @bytes (DER) into @certificate. FALSE: it is none. */
gboolean mado_certificate_read (const guint8 *bytes, gsize size, MadoCertificate *certificate);
