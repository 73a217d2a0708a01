/* jis.h: the charsets that switch with escapes (ISO 2022 in seven bits: ISO-2022-JP and its many children, -KR, -CN)
 * as mail really has them, and EUC-JP, which is made of the same sets. Called by charset.h alone. */
#pragma once

#include <glib.h>

typedef enum {
  MADO_JIS_JAPANESE, /* 8-bit bytes between the escapes are Shift_JIS or half-width kana */
  MADO_JIS_KOREAN,   /* shifted out means KS X 1001 */
  MADO_JIS_CHINESE   /* shifted out means GB 2312, or what was designated */
} MadoJisFamily;

/* Appends @bytes to @out as UTF-8; returns how many U+FFFD were written for what has no character. */
guint mado_jis_append (const guint8 *bytes, gsize length, MadoJisFamily family, GString *out);

/* The same for EUC-JP as Windows and Unix have it: with JIS X 0212, half-width kana and the rows of NEC and IBM. */
guint mado_jis_append_euc (const guint8 *bytes, gsize length, GString *out);

/* Does an escape stand in @bytes that switches to a charset of two-byte characters or to half-width kana? */
gboolean mado_jis_has_escape (const guint8 *bytes, gsize length);

/* The family that the escapes in @bytes speak of; MADO_JIS_JAPANESE when they do not say. */
MadoJisFamily mado_jis_family (const guint8 *bytes, gsize length);
