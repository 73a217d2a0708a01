/* header.h: the fields of one part's header: found in the raw bytes, decoded with the repairs that real mail
 * needs (raw 8-bit and raw JIS text, encoded words split inside a character, RFC 2231 parameters). */
#pragma once

#include "madoguchi/mail/structure.h"
#include "madoguchi/model/report.h"

typedef enum {
  MADO_ENCODING_NONE, /* 7bit, 8bit, binary, or a word we do not know */
  MADO_ENCODING_BASE64,
  MADO_ENCODING_QUOTED_PRINTABLE,
  MADO_ENCODING_UUENCODE
} MadoEncoding;

/* (transfer full, nullable) the raw value of the @n-th field @name, unfolded, NULs as spaces. */
char *mado_header_raw (const MadoEntity *entity, const char *name, guint n);

/* (transfer full, nullable) the first field @name as text for people: encoded words decoded (RFC 2047), UTF-8. */
char *mado_header_text (const MadoEntity *entity, const char *name);

/* Does the first field @name hold bytes that are no characters, so that its text shows U+FFFD for them? */
gboolean mado_header_is_broken (const MadoEntity *entity, const char *name);

/* (transfer full) @raw the same way. */
char *mado_header_decode (const char *raw);

/* (transfer full) the media type in lower case; @fallback when the field is missing or broken. */
char *mado_header_content_type (const MadoEntity *entity, const char *fallback);

/* (transfer full, nullable) a parameter, decoded (RFC 2231, and RFC 2047 where it should not be). */
char *mado_header_param (const MadoEntity *entity, const char *field, const char *name);

/* Is the disposition "attachment" (RFC 2183)? */
gboolean mado_header_is_attachment (const MadoEntity *entity);

/* (transfer full, nullable) the file name: Content-Disposition filename, then Content-Type name. */
char *mado_header_filename (const MadoEntity *entity);

/* The transfer encoding of @entity (RFC 2045, 6); MADO_ENCODING_NONE when none is given. */
MadoEncoding mado_header_encoding (const MadoEntity *entity);

/* Appends the mailboxes of all fields @name to @mailboxes (of MadoMailbox); groups are flattened. */
void mado_header_mailboxes (const MadoEntity *entity, const char *name, GPtrArray *mailboxes);

/* (transfer full) the message ids in all fields @name, with angle brackets, at most @max. */
char **mado_header_message_ids (const MadoEntity *entity, const char *name, guint max);

/* Is there a field whose name starts with @prefix (ASCII case ignored)? */
gboolean mado_header_has_prefix (const MadoEntity *entity, const char *prefix);
