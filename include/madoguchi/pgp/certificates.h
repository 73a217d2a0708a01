/* certificates.h: the certificates that a CMS message without a signature only carries along (RFC 8551, 3.9), named for
 * what a sender offers. Nothing is proved by it, nothing is imported, no engine is asked. */
#pragma once

#include "madoguchi/model/report.h"

/* Adds the certificates (@size bytes of DER at @bytes, one after another) to @keys (of MadoOfferedKey), each fingerprint
 * once, at most @max in all. Their user ids: the mail addresses that they name, then the subject. */
void mado_certificates_read (const guint8 *bytes, gsize size, const char *source, guint max, GPtrArray *keys);
