/* payload.h: what an answer says, as the MIME entity that is signed or encrypted. For compose.c. */
#pragma once

#include "madoguchi/model/reply.h"

typedef struct {
  const char *body;     /* UTF-8 */
  GBytes *key;          /* (nullable) the team's public key, armoured, CRLF line ends: goes along */
  const char *key_name; /* of the file */
  const GPtrArray *files; /* (nullable) of MadoReplyFile, with their content: go along */
} MadoPayload;

/* Appends the structural header fields of the payload and its content to @out, CRLF throughout, in 7 bit. The root says
 * @protection: "cipher" or "clear" (RFC 9788, 2.1.1). */
void mado_payload_write (GString *out, const MadoPayload *payload, const char *protection);

/* Appends @bytes in base64, in lines. */
void mado_payload_write_base64 (GString *out, const guchar *bytes, gsize size);

/* (transfer full) a line that stands in nothing we write: random, and with characters that base64 has not. */
char *mado_payload_boundary (void);
