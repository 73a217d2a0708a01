/* base64.h: the fast road through base64 (RFC 4648, 4), for megabytes of it. What is off that road is the caller's. */
#pragma once

#include <glib.h>

/* Decodes @text into @out (room for @size / 4 * 3 bytes) as long as it is groups of four letters, with line ends
 * between groups; stops at the first group that holds anything else, padding too. @used: how much of @text that was,
 * with the line ends after it. Returns the number of bytes written. */
gsize mado_base64_decode (const guint8 *text, gsize size, guint8 *out, gsize *used);
