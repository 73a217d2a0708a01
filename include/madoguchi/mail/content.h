/* content.h: the content of one leaf: transfer encoding undone (RFC 2045, 6), text as UTF-8 for people. */
#pragma once

#include "madoguchi/mail/structure.h"

/* (transfer full) the body of @entity, decoded: once, however often it is asked for. Without an encoding the bytes are those of the mail, not a copy:
 * the mail must outlive them. */
GBytes *mado_content_decode (const MadoEntity *entity);

/* (transfer full) what a person would read in the text part @entity (text/plain, text/html, any other
 * text), visible characters only. @charset: (out, transfer full) how it was read. @notes: (out) of
 * MADO_CHARSET_* (charset.h) and MADO_HTML_* (html.h). */
char *mado_content_text (const MadoEntity *entity, char **charset, guint *notes);
