/* format.h: the bytes of a spool file, version 1. spool.c keeps the files; here is only how they read.
 *
 *   madoguchi-spool: 1
 *   queue-id: 1k2m3n4p5q6r7s8t
 *   received: 1795230000
 *   door: lmtp
 *   client: unix
 *   from: reporter@example.net
 *   to: csirt@example.org          (one line per recipient)
 *   smtputf8: no
 *   (an empty line, the raw bytes of the mail, and the trailer:)
 *   madoguchi-end: 00000000000000004711 SHA-256
 *
 * Lines of the envelope end in LF. In values, '%', control characters and bytes that are not UTF-8 stand as %XX,
 * so a value can never become a line. Unknown keys are ignored; another version is refused.
 */
#pragma once

#include "madoguchi/spool/spool.h"

/* Bytes of the trailer: LF, "madoguchi-end: ", twenty digits, a space, 64 hex digits, LF. */
#define MADO_SPOOL_TRAILER 102

/* Most bytes of the envelope's text, and of one value before it is escaped. */
#define MADO_SPOOL_HEADER_MAX (1024 * 1024)
#define MADO_SPOOL_VALUE_MAX 1024

/* (transfer full) @envelope as text under the queue id @id, with the empty line; NULL on error.
 * @received: seconds, used when the envelope knows no time. Errors: LIMIT over one of the maxima above. */
GString *mado_spool_format_envelope (const MadoEnvelope *envelope, const char *id, gint64 received, GError **error);

/* Writes the trailer and a NUL. @sha256: 64 hex digits. */
void mado_spool_format_trailer (guint64 size, const char *sha256, char trailer[MADO_SPOOL_TRAILER + 1]);

/* (transfer full) the mail in @fd (taken over in any case), which must carry the queue id @id; NULL on error.
 * @verify: read all of it and compare the hash; otherwise only the counts are compared.
 * The descriptor stands at the first raw byte. Errors: PERM when it is no whole spool file; TEMP. */
MadoSpoolFile *mado_spool_read (int fd, const char *id, gboolean verify, GError **error);
