/* indicator-hash.h: digests, known by their length in hexadecimal. Pure. */
#pragma once

#include <glib.h>

/* The type ("md5", "sha1", "sha256", "sha512") of @size hexadecimal digits; NULL: there are other letters, another
 * number of them, or nothing but digits or one letter again and again, which nobody's digest is. */
const char *mado_digest_type (const char *text, gsize size);
