/* Fuzz target: everything that report/ reads out of JSON. The first byte chooses: a document with wide or narrow limits, or
 * a STIX pattern by itself. What is let through to the parser it takes, and every record travels. */
#include "madoguchi/report/json-formats.h"
#include "madoguchi/report/json.h"
#include "madoguchi/report/stix-pattern.h"

#include "records.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
need (gboolean claim)
{
  if (!claim)
    abort ();
}

static void
count_value (const char *path, const char *value, gpointer data)
{
  need (strchr (path, ':') != NULL && value != NULL);
  (*(guint *) data)++;
}

static void
read_narrowly (GBytes *bytes)
{
  MadoJsonLimits limits = { 2000, 8, 100 };
  g_auto (MadoJson) json = { 0 };

  mado_json_read (bytes, &limits, &json);
  for (guint i = 0; i < json.problems->len; i++)
    need (strstr (json.problems->pdata[i], "does not take") == NULL);
  for (guint i = 0; i < json.roots->len; i++) {
    g_autofree char *text = json_to_string (json.roots->pdata[i], FALSE);
    need (g_utf8_validate (text, -1, NULL));
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_autoptr (GBytes) rest = size == 0 ? NULL : g_bytes_new (bytes + 1, size - 1);
  g_autofree char *pattern = NULL, *valid = NULL;
  guint count = 0;

  if (rest == NULL)
    return 0;
  switch (bytes[0] % 4) {
  case 0:
    valid = g_utf8_make_valid ((const char *) bytes + 1, (gssize) size - 1);
    mado_stix_pattern_read (valid, count_value, &count);
    need (count <= MADO_STIX_VALUES_MAX);
    break;
  case 1:
    read_narrowly (rest);
    break;
  default:
    fuzz_reader (mado_json_formats_read, bytes[0] % 4 == 2 ? "application/json" : "text/plain", NULL, bytes + 1, size - 1);
  }
  return 0;
}
