/* text.h: bytes from outside made safe to print, compare and carry. Knows nothing of mail. */
#pragma once

#include <glib.h>

/* (transfer full) @text as valid UTF-8 with control characters as \xNN and the unseen ones below as \uXXXX: one line,
 * whatever it held. */
char *mado_text_escape_line (const char *text);

/* (transfer full) @text fit for a terminal or a page: valid UTF-8; line feeds and tabs kept; other control characters,
 * and those that are not seen or that turn the direction of writing (Unicode's format characters: overrides and
 * isolates, blanks without width, soft hyphens, tags; Hangul fillers; U+2028, U+2029), as visible <U+XXXX>. Joiners
 * stay where they join something else than ASCII. */
char *mado_text_visible (const char *text);

/* (transfer full) @bytes with a zero byte behind them; of none, the empty text: their data may be NULL then. */
char *mado_text_of_bytes (GBytes *bytes);

/* (transfer full) the longest prefix of @text of at most @max bytes that ends on a character. */
char *mado_text_truncate (const char *text, gsize max);

/* (transfer full) @address with its domain in ASCII lower case and the local part as it is; NULL for NULL. */
char *mado_text_fold_address (const char *address);

/* Are both addresses the same mailbox for us (ASCII case ignored throughout)? */
gboolean mado_text_same_address (const char *a, const char *b);

/* (transfer full) seconds since the epoch as RFC 3339 UTC ("2026-11-21T02:03:04Z"). */
char *mado_text_time (gint64 seconds);

/* (transfer full) @bytes in lower-case hexadecimal. */
char *mado_text_hex (const guint8 *bytes, gsize length);
