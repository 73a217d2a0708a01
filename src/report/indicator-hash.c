/* indicator-hash.c: see indicator-hash.h. Called by the scanner in the opener's child. */
#include "madoguchi/report/indicator-hash.h"

#define KINDS_MIN 4 /* different digits that a digest has at least */

const char *
mado_digest_type (const char *text, gsize size)
{
  guint seen = 0, kinds = 0, letters = 0;

  if (size != 32 && size != 40 && size != 64 && size != 128)
    return NULL;
  for (gsize i = 0; i < size; i++) {
    int value = g_ascii_xdigit_value (text[i]);
    if (value < 0)
      return NULL;
    letters += value > 9;
    kinds += (seen >> value & 1) == 0;
    seen |= 1u << value;
  }
  if (kinds < KINDS_MIN || letters == 0)
    return NULL;
  return size == 32 ? "md5" : size == 40 ? "sha1" : size == 64 ? "sha256" : "sha512";
}
