/* Fuzz target: the reader of CMS structures. What it repairs must read as the same kind again. */
#include "madoguchi/pgp/cms-reader.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_auto (MadoCms) cms = { 0 }, again = { 0 };
  gsize length;
  const guint8 *repaired;

  mado_cms_read (bytes, size, 50, &cms);
  if (cms.recipient_count > 51 || cms.signers > 51 || cms.openable > cms.recipient_count
      || g_strv_length (cms.recipients) > cms.recipient_count || g_strv_length (cms.serials) > g_strv_length (cms.recipients))
    abort ();
  if (cms.repaired == NULL)
    return 0;
  repaired = g_bytes_get_data (cms.repaired, &length);
  mado_cms_read (repaired, length, 50, &again);
  if (length > size || again.kind != cms.kind || again.recipient_count != cms.recipient_count || again.mac_size != cms.mac_size)
    abort ();
  return 0;
}
