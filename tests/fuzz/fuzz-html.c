/* Fuzz target: HTML as text. libxml2 is loaded at run time, so its own code is not instrumented; the walk over its tree is. */
#include "madoguchi/mail/html.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autofree char *raw = g_strndup ((const char *) bytes, size);
  g_autofree char *valid = g_utf8_make_valid (raw, -1);
  g_autofree char *text = mado_html_to_text (valid);

  if (text == NULL)
    return 0;
  /* Never grows beyond the words that stand for a few tags and the letters that stand for an entity. */
  if (!g_utf8_validate (text, -1, NULL) || strlen (text) > strlen (valid) * 4 + 100)
    abort ();
  return 0;
}
