/* convert.h: bytes of one charset as UTF-8 by iconv(3), for the decoders of this layer. What iconv refuses becomes
 * U+FFFD and is counted; what follows it is read. Nothing is guessed here. */
#pragma once

#include <glib.h>

typedef struct _MadoConvert MadoConvert;

/* (transfer full, nullable) a converter from @charset, a name that iconv(3) knows; NULL when it does not. @unit: how many
 * bytes make a character, so many are skipped where one is refused; 0: one or two of them, as they come. */
MadoConvert *mado_convert_new (const char *charset, gsize unit);
void mado_convert_free (MadoConvert *convert);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoConvert, mado_convert_free)

/* Appends all of @bytes to @out, from the initial state and back to it. Returns how many U+FFFD it wrote: one for
 * each unit without a character, and for each NUL. */
guint mado_convert_append (MadoConvert *convert, const guint8 *bytes, gsize length, GString *out);
