/* charset.h: bytes of a mail as UTF-8, whatever their label says. Nothing is dropped and nothing becomes "?":
 * what has no character is U+FFFD. ISO-2022-JP is read as CP50221 (NEC and IBM extensions, half-width kana). */
#pragma once

#include <glib.h>

/* (transfer full) @bytes as UTF-8. @label: (nullable) the charset that was declared. @used: (out, optional,
 * transfer full) the charset that was used, lower case. @unknown: (out, optional) were there bytes without a
 * character? */
char *mado_charset_decode (const guint8 *bytes, gsize length, const char *label, char **used, gboolean *unknown);
