/* door-mark.h: what the door in the SMTP dialogue (madoguchi-milter) tells the opener about a mail, in a header field that
 * nobody else can write: a keyed hash (HMAC-SHA-256, RFC 2104) binds it to the body of the mail.
 *
 * The secret is shared by the two roles alone. A mark without a right hash is no mark; a copied one fits its own mail only. */
#pragma once

#include "madoguchi/model/record.h"

#define MADO_DOOR_MARK_FIELD "X-Madoguchi-Door"

typedef struct {
  gint64 time;   /* when the door saw it */
  char *client;  /* address of the SMTP client */
  char *rules;   /* that the mail broke, with commas; "" or NULL: none */
} MadoDoorMark;

MADO_DECLARE_RECORD (MadoDoorMark, mado_door_mark)

/* (transfer full) the value of the field. @body_sha256: hex, of the body with line feeds for line ends. @secret: any
 * bytes, 16 at least. */
char *mado_door_mark_format (const MadoDoorMark *mark, const char *body_sha256, GBytes *secret);

/* (transfer full, nullable) the mark in @value; NULL when it is not ours or not of this body. */
MadoDoorMark *mado_door_mark_parse (const char *value, const char *body_sha256, GBytes *secret);

/* (transfer full, nullable) the secret in the file @path (nullable): its bytes without white space at the end. Errors: CONF
 * fewer than 16 bytes; those of reading. Without a path: NULL, and no error. */
GBytes *mado_door_mark_secret (const char *path, GError **error);
