/* flowed.h: text of "format=flowed" (RFC 3676) with its paragraphs on one line each, for reading. Signatures are never
 * about this text: they cover the bytes of the mail. */
#pragma once

#include <glib.h>

/* (transfer full) @text (LF line ends) with its soft line breaks taken out. @delsp: the blank that marks them goes, too
 * (DelSp=yes, for languages without blanks). Lines of different quote depth and the separator "-- " are never joined with
 * anything; a quoted line begins with its depth in ">" and a blank. */
char *mado_flowed_join (const char *text, gboolean delsp);
