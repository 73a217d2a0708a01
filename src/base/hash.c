/* hash.c: see hash.h. The only caller of libgcrypt. */
#include "madoguchi/base/hash.h"
#include "madoguchi/base/text.h"

#include <gcrypt.h>

#define SHA256_BYTES 32

struct _MadoHash {
  gcry_md_hd_t handle;
};

/* No secret is ever hashed here: libgcrypt need not lock memory. */
static void
initialise (void)
{
  if (gcry_control (GCRYCTL_INITIALIZATION_FINISHED_P))
    return;
  if (gcry_check_version (GCRYPT_VERSION) == NULL)
    g_error ("libgcrypt is older than the one we were built with");
  gcry_control (GCRYCTL_DISABLE_SECMEM, 0);
  gcry_control (GCRYCTL_INITIALIZATION_FINISHED, 0);
}

MadoHash *
mado_hash_new (void)
{
  MadoHash *hash = g_new0 (MadoHash, 1);

  initialise ();
  if (gcry_md_open (&hash->handle, GCRY_MD_SHA256, 0) != 0)
    g_error ("libgcrypt has no SHA-256");
  return hash;
}

void
mado_hash_free (MadoHash *hash)
{
  if (hash == NULL)
    return;
  gcry_md_close (hash->handle);
  g_free (hash);
}

void
mado_hash_update (MadoHash *hash, const void *bytes, gsize length)
{
  if (length > 0)
    gcry_md_write (hash->handle, bytes, length);
}

char *
mado_hash_hex (MadoHash *hash)
{
  return mado_text_hex (gcry_md_read (hash->handle, GCRY_MD_SHA256), SHA256_BYTES);
}

char *
mado_hash_bytes (const void *bytes, gsize length)
{
  guint8 digest[SHA256_BYTES];

  initialise ();
  gcry_md_hash_buffer (GCRY_MD_SHA256, digest, length > 0 ? bytes : "", length);
  return mado_text_hex (digest, SHA256_BYTES);
}
