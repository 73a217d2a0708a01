/* Fuzz target: any bytes under any label become UTF-8. The first byte chooses the label. */
#include "madoguchi/mail/charset.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define REQUIRE(claim) \
  do { \
    if (!(claim)) \
      abort (); \
  } while (0)

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static gboolean
is_plain_ascii (const guint8 *bytes, gsize size)
{
  for (gsize i = 0; i < size; i++) /* not what changes the meaning of the letters after it */
    if (bytes[i] >= 0x80 || (bytes[i] < ' ' && bytes[i] != '\n' && bytes[i] != '\t') || bytes[i] == '~' || bytes[i] == '\\')
      return FALSE;
  return TRUE;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  static const char *const labels[] = { NULL,       "iso-2022-jp", "shift_jis", "euc-jp",  "utf-8",    "us-ascii",   "gb18030",
                                        "koi8-r",   "gb2312",      "big5",      "euc-kr",  "x-unknown", "iso-8859-1", "windows-1252",
                                        "utf-7",    "utf-16",      "utf-16le",  "utf-32",  "hz-gb-2312", "iso-2022-kr", "nonsense" };
  g_autofree char *text = NULL, *used = NULL;
  guint notes = 0, which;

  if (size == 0)
    return 0;
  which = bytes[0] % G_N_ELEMENTS (labels);
  bytes++;
  size--;
  text = mado_charset_decode (bytes, size, labels[which], &used, &notes);
  REQUIRE (g_utf8_validate (text, -1, NULL) && used != NULL);
  REQUIRE (strlen (text) <= size * 12 + 16);
  if (notes & MADO_CHARSET_BROKEN)
    REQUIRE (strstr (text, "\xef\xbf\xbd") != NULL);
  if (which <= 13 && is_plain_ascii (bytes, size)) /* letters of ASCII are what they are under each of these labels */
    REQUIRE (strlen (text) == size && memcmp (text, bytes, size) == 0 && !(notes & MADO_CHARSET_BROKEN));
  return 0;
}
