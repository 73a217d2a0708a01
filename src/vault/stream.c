/* stream.c: see stream.h. Must never hold a file whole. */
#include "madoguchi/vault/stream.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/vault/keys.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#define MAGIC "madoguchi-sealed: 1\n"
#define MAGIC_SIZE (sizeof MAGIC - 1)
#define PIECE (64 * 1024)
#define MORE crypto_secretstream_xchacha20poly1305_ABYTES
#define FINAL crypto_secretstream_xchacha20poly1305_TAG_FINAL

G_STATIC_ASSERT (MADO_VAULT_STREAM_HEAD == MAGIC_SIZE + 1 + crypto_secretstream_xchacha20poly1305_HEADERBYTES);
G_STATIC_ASSERT (MADO_VAULT_KEY_SIZE == crypto_secretstream_xchacha20poly1305_KEYBYTES);

typedef struct {
  crypto_secretstream_xchacha20poly1305_state state;
  char *binding;
  gsize binding_length;
  guint8 *plain, *sealed; /* one piece each */
  int from, to;
} Stream;

/* What the pieces are bound to beside their order: the key, the place and the row. */
static void
prepare (Stream *stream, guint8 key, const char *place, const char *row, int from, int to)
{
  stream->binding = g_strdup_printf ("%u:%s:%s", key, place, row);
  stream->binding_length = strlen (stream->binding);
  stream->plain = g_malloc (PIECE);
  stream->sealed = g_malloc (PIECE + MORE);
  stream->from = from;
  stream->to = to;
}

static void
stream_clear (Stream *stream)
{
  sodium_memzero (&stream->state, sizeof stream->state);
  g_free (stream->binding);
  g_free (stream->plain);
  g_free (stream->sealed);
}

/* Reads @size bytes, fewer only at the end of the file. -1 on failure. */
static gssize
read_full (int fd, guint8 *bytes, gsize size, GError **error)
{
  gsize done = 0;

  while (done < size) {
    gssize got = read (fd, bytes + done, size - done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0) {
      mado_error_set_errno (error, "read of a mail");
      return -1;
    }
    if (got == 0)
      break;
    done += (gsize) got;
  }
  return (gssize) done;
}

/* (out) the key for files that belongs to data key @number. FALSE: there is no such key. */
static gboolean
derive (const MadoVault *vault, guint8 number, guint8 key[MADO_VAULT_KEY_SIZE])
{
  static const char purpose[] = "file";
  const guint8 *data_key = mado_vault_find_key (vault, number);

  return data_key != NULL
         && crypto_generichash (key, MADO_VAULT_KEY_SIZE, (const guint8 *) purpose, strlen (purpose), data_key, MADO_VAULT_KEY_SIZE) == 0;
}

/* The next piece is read before this one is sealed: only then it is known whether this one is the last. */
static gboolean
seal_pieces (Stream *stream, GError **error)
{
  g_autofree guint8 *next = g_malloc (PIECE);
  gssize size = read_full (stream->from, stream->plain, PIECE, error);

  while (size >= 0) {
    gssize following = size == PIECE ? read_full (stream->from, next, PIECE, error) : 0;
    guint8 *swap = stream->plain;
    if (following < 0)
      return FALSE;
    crypto_secretstream_xchacha20poly1305_push (&stream->state, stream->sealed, NULL, stream->plain, (gsize) size,
                                                (const guint8 *) stream->binding, stream->binding_length, following == 0 ? FINAL : 0);
    if (!mado_fsio_write_all (stream->to, stream->sealed, (gsize) size + MORE, error))
      return FALSE;
    if (following == 0)
      return TRUE;
    stream->plain = g_steal_pointer (&next);
    next = swap;
    size = following;
  }
  return FALSE;
}

gboolean
mado_vault_seal_file (const MadoVault *vault, const char *place, const char *row, int from, int to, GError **error)
{
  guint8 head[MADO_VAULT_STREAM_HEAD] = MAGIC, key[MADO_VAULT_KEY_SIZE], number = mado_vault_current_key (vault);
  Stream stream = { 0 };
  gboolean ok;

  head[MAGIC_SIZE] = number;
  if (!derive (vault, number, key))
    g_return_val_if_reached (FALSE);
  prepare (&stream, number, place, row, from, to);
  crypto_secretstream_xchacha20poly1305_init_push (&stream.state, head + MAGIC_SIZE + 1, key);
  sodium_memzero (key, sizeof key);
  ok = mado_fsio_write_all (to, head, sizeof head, error) && seal_pieces (&stream, error);
  stream_clear (&stream);
  return ok;
}

static gboolean
open_pieces (Stream *stream, gboolean *is_whole, GError **error)
{
  guint8 tag = 0;

  for (*is_whole = FALSE;;) {
    gssize size = read_full (stream->from, stream->sealed, PIECE + MORE, error);
    unsigned long long plain = 0;
    if (size < 0)
      return FALSE;
    if (size == 0)
      *is_whole = tag == FINAL;
    if (size == 0 || tag == FINAL || size < (gssize) MORE
        || crypto_secretstream_xchacha20poly1305_pull (&stream->state, stream->plain, &plain, &tag, stream->sealed, (gsize) size,
                                                       (const guint8 *) stream->binding, stream->binding_length) != 0)
      return TRUE;
    if (!mado_fsio_write_all (stream->to, stream->plain, (gsize) plain, error))
      return FALSE;
  }
}

gboolean
mado_vault_open_file (const MadoVault *vault, const char *place, const char *row, int from, int to, GError **error)
{
  guint8 head[MADO_VAULT_STREAM_HEAD] = "", key[MADO_VAULT_KEY_SIZE];
  Stream stream = { 0 };
  gboolean ok = TRUE, is_whole = FALSE;
  gssize got = lseek (from, 0, SEEK_SET) == 0 ? read_full (from, head, sizeof head, error) : -1;

  if (got < 0)
    return error != NULL && *error != NULL ? FALSE : mado_error_set_errno (error, "read of a mail");
  if (got == sizeof head && memcmp (head, MAGIC, MAGIC_SIZE) == 0 && derive (vault, head[MAGIC_SIZE], key)) {
    prepare (&stream, head[MAGIC_SIZE], place, row, from, to);
    if (crypto_secretstream_xchacha20poly1305_init_pull (&stream.state, head + MAGIC_SIZE + 1, key) == 0)
      ok = open_pieces (&stream, &is_whole, error);
    sodium_memzero (key, sizeof key);
    stream_clear (&stream);
  }
  if (ok && !is_whole)
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s %s: a sealed file that does not belong here, was cut or changed", place, row);
  return ok && is_whole;
}

guint8
mado_vault_key_of_file (int fd)
{
  guint8 head[MAGIC_SIZE + 1];

  if (pread (fd, head, sizeof head, 0) != sizeof head || memcmp (head, MAGIC, MAGIC_SIZE) != 0)
    return 0;
  return head[MAGIC_SIZE];
}
