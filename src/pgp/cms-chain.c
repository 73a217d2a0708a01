/* cms-chain.c: see cms-chain.h. */
#include "madoguchi/pgp/cms-chain.h"
#include "madoguchi/pgp/data.h"

#include <string.h>

#define DEPTH_MAX 10

/* (transfer full, nullable) the certificate in DER. */
static GBytes *
export_certificate (gpgme_ctx_t context, const char *fingerprint)
{
  g_auto (gpgme_data_t) data = NULL;
  size_t size = 0;
  char *bytes;
  GBytes *out = NULL;

  gpgme_set_armor (context, 0);
  if (gpgme_data_new (&data) != 0 || gpgme_op_export (context, fingerprint, 0, data) != 0)
    return NULL;
  bytes = gpgme_data_release_and_get_mem (g_steal_pointer (&data), &size);
  if (size > 0)
    out = g_bytes_new (bytes, size);
  gpgme_free (bytes);
  return out;
}

/* (transfer full, nullable) the fingerprint of the certificate that vouches for @fingerprint. */
static char *
find_issuer (gpgme_ctx_t context, const char *fingerprint)
{
  char *issuer = NULL;
  gpgme_key_t key;

  if (gpgme_op_keylist_start (context, fingerprint, 0) != 0)
    return NULL;
  if (gpgme_op_keylist_next (context, &key) == 0) {
    if (key->chain_id != NULL && g_ascii_strcasecmp (key->chain_id, fingerprint) != 0)
      issuer = g_strdup (key->chain_id);
    gpgme_key_unref (key);
  }
  gpgme_op_keylist_end (context);
  return issuer;
}

static guint
badness (MadoCrlStatus status)
{
  static const MadoCrlStatus order[] = { MADO_CRL_NONE, MADO_CRL_CLEAR, MADO_CRL_STALE, MADO_CRL_REVOKED };
  guint i = 0;

  while (order[i] != status)
    i++;
  return i;
}

MadoCrlStatus
mado_cms_chain_check (gpgme_ctx_t context, const MadoCrls *crls, const char *fingerprint, gint64 now)
{
  g_autofree char *at = g_strdup (fingerprint);
  MadoCrlStatus worst = MADO_CRL_NONE;

  for (guint depth = 0; at != NULL && depth < DEPTH_MAX; depth++) {
    g_autoptr (GBytes) certificate = export_certificate (context, at);
    char *issuer = find_issuer (context, at);
    MadoCrlStatus status = MADO_CRL_NONE;

    if (certificate != NULL)
      status = mado_crls_look_up (crls, g_bytes_get_data (certificate, NULL), g_bytes_get_size (certificate), now);
    if (badness (status) > badness (worst))
      worst = status;
    g_free (at);
    at = issuer;
  }
  return worst;
}
