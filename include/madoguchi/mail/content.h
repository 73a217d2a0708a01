/* content.h: the content of one leaf: transfer encoding undone (RFC 2045, 6), text as UTF-8 for people. */
#pragma once

#include "madoguchi/mail/structure.h"

/* (transfer full) the body of @entity, decoded: once, however often it is asked for. Without an encoding the bytes are those of the mail, not a copy:
 * the mail must outlive them. */
GBytes *mado_content_decode (const MadoEntity *entity);

/* Of a larger text only the start is read. */
#define MADO_CONTENT_TEXT_MAX (8 * 1024 * 1024)

/* A note beside those of charset.h and html.h: the text was larger. */
#define MADO_CONTENT_CUT (1u << 16)

/* (transfer full) what a person would read in the text part @entity (text/plain, text/html, any other
 * text), visible characters only. @charset: (out, transfer full) how it was read. @notes: (out) of
 * MADO_CHARSET_* (charset.h) and MADO_HTML_* (html.h), and MADO_CONTENT_CUT. */
char *mado_content_text (const MadoEntity *entity, char **charset, guint *notes);
