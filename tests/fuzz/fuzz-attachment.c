/* Fuzz target: names, labels and bytes of files. The first line is the name, the second the label, the rest the file. */
#include "madoguchi/mail/attachment.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

/* (transfer full) the line at *@bytes, which is moved behind it. */
static char *
take_line (const uint8_t **bytes, size_t *size)
{
  const uint8_t *feed = memchr (*bytes, '\n', *size);
  size_t length = feed == NULL ? *size : (size_t) (feed - *bytes);
  char *line = g_strndup ((const char *) *bytes, length);

  *bytes += length + (feed != NULL);
  *size -= length + (feed != NULL);
  return line;
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autofree char *name = take_line (&bytes, &size), *label = take_line (&bytes, &size);
  g_autofree void *copy = size == 0 ? NULL : g_memdup2 (bytes, size); /* so that a step beyond it is seen */
  g_autoptr (GBytes) content = g_bytes_new_static (copy, size);
  g_autoptr (MadoPart) part = mado_part_new ();
  g_autoptr (MadoPart) bare = mado_part_new ();

  part->type = g_utf8_make_valid (label, -1);
  mado_attachment_judge (part, name, content);
  bare->type = g_strdup ("application/octet-stream");
  mado_attachment_judge (bare, NULL, content);
  if (g_strv_length (part->flags) > 10 || g_strcmp0 (part->detected_type, bare->detected_type) != 0)
    abort (); /* what the bytes are does not hang on names */
  if (g_strv_contains ((const char *const *) bare->flags, "rtl-name") || g_strv_contains ((const char *const *) bare->flags, "double-extension"))
    abort ();
  return 0;
}
