/* unwrap.c: see unwrap.h. */
#include "madoguchi/pgp/unwrap.h"

#include "madoguchi/base/fsio.h"
#include "madoguchi/pgp/data.h"

#include <unistd.h>

/* Did gpg open one layer of encryption that is whole, and nothing else? Text that stands beside it would be shown with
 * it otherwise. */
static gboolean
is_one_layer (const MadoPgpStatus *status, gpgme_decrypt_result_t found)
{
  return found != NULL && !found->legacy_cipher_nomdc && status->decryptions == 1 && status->plaintexts == 0
         && !status->has_bad_mdc && !status->has_loose_signature;
}

static GBytes *
unwrap_to (gpgme_ctx_t context, MadoPgpStatus *status, gpgme_data_t cipher, MadoPgpSink *sink)
{
  struct gpgme_data_cbs callbacks = { .write = mado_pgp_sink_write };
  g_auto (gpgme_data_t) inside = NULL;

  if (gpgme_data_new_from_cbs (&inside, &callbacks, sink) != 0)
    return NULL;
  mado_pgp_data_widen (inside);
  mado_pgp_status_reset (status);
  if (gpgme_op_decrypt_ext (context, GPGME_DECRYPT_UNWRAP, cipher, inside) != 0 || sink->is_over
      || !is_one_layer (status, gpgme_op_decrypt_result (context)))
    return NULL;
  return mado_pgp_sink_bytes (sink, NULL);
}

GBytes *
mado_pgp_unwrap (gpgme_ctx_t context, MadoPgpStatus *status, gpgme_data_t cipher, guint64 max)
{
  MadoPgpSink sink = { -1, max, FALSE };
  GBytes *inside;

  if (gpgme_data_seek (cipher, 0, SEEK_SET) != 0)
    return NULL;
  sink.fd = mado_fsio_memfd ("madoguchi-inside", NULL, NULL);
  if (sink.fd < 0)
    return NULL;
  inside = unwrap_to (context, status, cipher, &sink);
  close (sink.fd);
  return inside;
}
