/* mbox.h: mails out of an mbox file (RFC 4155): each begins with a line "From " at the start or after an empty
 * line, and a body line that began with "From " was quoted with ">". */
#pragma once

#include <glib.h>

typedef struct {
  gsize start; /* of the first line behind "From " */
  gsize end;   /* behind the last byte; the empty line before the next "From " is not part of the mail */
} MadoMboxMail;

/* Does @data begin as an mbox? */
gboolean mado_mbox_is (const char *data, gsize length);

/* The mail whose "From " line is at *@position; moves *@position to the next one. FALSE at the end. */
gboolean mado_mbox_next (const char *data, gsize length, gsize *position, MadoMboxMail *mail);

/* (transfer full) the bytes of one mail with one ">" taken from each line ">From ", ">>From "... */
GBytes *mado_mbox_unquote (const char *data, gsize length);
