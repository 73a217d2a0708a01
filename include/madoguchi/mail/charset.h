/* charset.h: bytes of a mail as UTF-8, whatever their label says. Nothing is dropped and nothing becomes "?":
 * what has no character is U+FFFD. ISO-2022-JP is read as CP50221 (NEC and IBM extensions, half-width kana) and
 * Shift_JIS as CP932. A label that is missing, unknown or cannot be true gives way to what the bytes look like. */
#pragma once

#include <glib.h>

/* What a reader should be told about how a text was read. */
enum {
  MADO_CHARSET_BROKEN = 1 << 0,    /* some bytes are no characters: U+FFFD stands for them */
  MADO_CHARSET_OVERRULED = 1 << 1, /* the bytes are not in the charset of the label */
  MADO_CHARSET_UNKNOWN = 1 << 2,   /* nobody knows the charset of the label */
  MADO_CHARSET_UTF7 = 1 << 3,      /* labelled UTF-7, which hides markup from everybody who looks: not decoded */
};

/* (transfer full) @bytes as UTF-8, CR LF as LF. @label: (nullable) the charset that was declared. @used: (out,
 * optional, transfer full) the charset that was used, lower case. @notes: (out, optional) of MADO_CHARSET_*. */
char *mado_charset_decode (const guint8 *bytes, gsize length, const char *label, char **used, guint *notes);

/* Does ASCII text stay what it is when it is read as @label (nullable)? Not so in UTF-16, EBCDIC, HZ and the national
 * variants of ISO 646: in an armoured or clear-signed text they are a lie, and would change what was signed. */
gboolean mado_charset_keeps_ascii (const char *label);
