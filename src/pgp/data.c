/* data.c: see data.h. */
#include "madoguchi/pgp/data.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <errno.h>
#include <string.h>

#define FIRST_SHA1_COLLISION 1483228800 /* 2017-01-01, on the safe side of it */

void
mado_pgp_data_release (gpgme_data_t data)
{
  if (data != NULL)
    gpgme_data_release (data);
}

/* GPGME moves 512 bytes at a time unless told. It goes over every byte before it tries to write (its trace), again
 * when the pipe took only some: the wide pipes of loop.c take most pieces whole. */
void
mado_pgp_data_widen (gpgme_data_t data)
{
  gpgme_data_set_flag (data, "io-buffer-size", "65536");
}

ssize_t
mado_pgp_sink_write (void *handle, const void *bytes, size_t size)
{
  MadoPgpSink *sink = handle;

  if (size > sink->left) {
    sink->is_over = TRUE;
    errno = EFBIG;
    return -1;
  }
  if (!mado_fsio_write_all (sink->fd, bytes, size, NULL))
    return -1;
  sink->left -= size;
  return (ssize_t) size;
}

/* RFC 9580, 9.5, refuses *recent* signatures over SHA-1 and RIPEMD-160. A colliding pair of texts has to be there
 * when its victim signs, and the signed time is the victim's own, so what was signed before the first public
 * collision (February 2017) still proves its text; what names no time was not. MD5 and older were broken long before anybody stored mail. */
gboolean
mado_pgp_hash_is_weak (gpgme_hash_algo_t algo, gint64 created)
{
  switch (algo) {
  case GPGME_MD_SHA1:
  case GPGME_MD_RMD160:
    return created <= 0 || created >= FIRST_SHA1_COLLISION;
  case GPGME_MD_MD5:
  case GPGME_MD_MD2:
  case GPGME_MD_MD4:
  case GPGME_MD_HAVAL:
  case GPGME_MD_TIGER:
    return TRUE;
  default:
    return FALSE;
  }
}

GBytes *
mado_pgp_sink_bytes (const MadoPgpSink *sink, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GMappedFile) file = g_mapped_file_new_from_fd (sink->fd, FALSE, &problem);

  if (file == NULL) {
    g_set_error (error, MADO_ERROR,
                 g_error_matches (problem, G_FILE_ERROR, G_FILE_ERROR_NOMEM) ? MADO_ERROR_LIMIT : MADO_ERROR_TEMP,
                 "map the plaintext: %s", problem->message);
    return NULL;
  }
  return g_mapped_file_get_bytes (file);
}

GBytes *
mado_pgp_canonical (const guint8 *bytes, gsize size)
{
  g_autoptr (GByteArray) out = NULL;
  const guint8 *at = bytes, *end = bytes + size, *feed;
  gsize bare = 0;

  for (; at < end && (feed = memchr (at, '\n', (gsize) (end - at))) != NULL; at = feed + 1)
    bare += feed == bytes || feed[-1] != '\r';
  if (bare == 0)
    return g_bytes_new_static (bytes, size);
  out = g_byte_array_sized_new ((guint) (size + bare));
  for (at = bytes; at < end; at = feed + 1) {
    feed = memchr (at, '\n', (gsize) (end - at));
    if (feed == NULL) {
      g_byte_array_append (out, at, (guint) (end - at));
      break;
    }
    g_byte_array_append (out, at, (guint) (feed - at));
    if (feed == bytes || feed[-1] != '\r')
      g_byte_array_append (out, (const guint8 *) "\r", 1);
    g_byte_array_append (out, (const guint8 *) "\n", 1);
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
