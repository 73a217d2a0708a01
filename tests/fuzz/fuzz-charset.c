/* Fuzz target: any bytes under any label become UTF-8. The first byte chooses the label. */
#include "madoguchi/mail/charset.h"
#include "madoguchi/mail/words.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  static const char *const labels[] = { NULL, "iso-2022-jp", "shift_jis", "euc-jp", "utf-8", "us-ascii", "gb18030", "koi8-r" };
  g_autofree char *text = NULL, *words = NULL, *param = NULL;

  if (size == 0)
    return 0;
  text = mado_charset_decode (bytes + 1, size - 1, labels[bytes[0] % G_N_ELEMENTS (labels)], NULL, NULL);
  words = mado_words_decode (text);
  param = mado_words_param (text, "filename");
  if (!g_utf8_validate (text, -1, NULL))
    abort ();
  return 0;
}
