/* Fuzz target: the reader of CMS structures, of PEM around them and of certificates inside. What it repairs must read as
 * the same kind again. */
#include "madoguchi/pgp/certificates.h"
#include "madoguchi/pgp/cms-reader.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size);

static void
check_certificates (const guint8 *bytes, gsize size)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_offered_key_free);

  mado_certificates_read (bytes, size, "attached", 20, keys);
  if (keys->len > 20)
    abort ();
}

int
LLVMFuzzerTestOneInput (const uint8_t *bytes, size_t size)
{
  g_auto (MadoCms) cms = { 0 }, again = { 0 };
  g_autoptr (GBytes) binary = mado_cms_binary (bytes, size);
  gsize length;
  const guint8 *repaired;

  if (binary != NULL && g_bytes_get_size (binary) > size)
    abort ();
  mado_cms_read (bytes, size, 50, &cms);
  check_certificates (bytes, size);
  if (cms.certificates != NULL && (cms.certificates < bytes || cms.certificates_size > (gsize) (bytes + size - cms.certificates)))
    abort ();
  if (cms.certificates != NULL)
    check_certificates (cms.certificates, cms.certificates_size);
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
