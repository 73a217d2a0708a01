/* locked-zip.c: see locked-zip.h. Called by jail.c in the child that read the part; parses nothing. */
#include "madoguchi/mail/locked-zip.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <string.h>
#include <sys/random.h>

#define HEADER 12 /* random bytes, encrypted before the content; the last one tells a wrong password */
#define NEEDS 20
#define ENCRYPTED 1
#define DAY_ONE 0x21 /* 1980-01-01: when it came is nobody's business */
#define PIECE 65536
#define MAX_CONTENT (G_MAXUINT32 - 65536)

typedef struct {
  guint32 table[256]; /* of the CRC */
  guint32 keys[3];
} Cipher;

static void
make_table (guint32 *table)
{
  for (guint32 i = 0; i < 256; i++) {
    table[i] = i;
    for (guint bit = 0; bit < 8; bit++)
      table[i] = (table[i] >> 1) ^ ((table[i] & 1) != 0 ? 0xedb88320U : 0);
  }
}

static guint32
step (const guint32 *table, guint32 crc, guint8 byte)
{
  return (crc >> 8) ^ table[(crc ^ byte) & 0xff];
}

static void
update (Cipher *cipher, guint8 plain)
{
  guint32 *keys = cipher->keys;

  keys[0] = step (cipher->table, keys[0], plain);
  keys[1] = (keys[1] + (keys[0] & 0xff)) * 134775813U + 1;
  keys[2] = step (cipher->table, keys[2], (guint8) (keys[1] >> 24));
}

static void
encrypt (Cipher *cipher, const guint8 *plain, guint8 *out, gsize n)
{
  for (gsize i = 0; i < n; i++) {
    guint32 word = (cipher->keys[2] | 2) & 0xffff;
    out[i] = (guint8) (plain[i] ^ ((word * (word ^ 1)) >> 8));
    update (cipher, plain[i]);
  }
}

static void
begin (Cipher *cipher, const char *password)
{
  static const guint32 first[] = { 0x12345678, 0x23456789, 0x34567890 };

  make_table (cipher->table);
  memcpy (cipher->keys, first, sizeof first);
  for (const char *p = password; *p != '\0'; p++)
    update (cipher, (guint8) *p);
}

static void
put (GByteArray *out, guint64 value, guint bytes)
{
  for (guint i = 0; i < bytes; i++) {
    guint8 byte = (guint8) (value >> (8 * i));
    g_byte_array_append (out, &byte, 1);
  }
}

/* What local header and directory have in common. */
static void
put_facts (GByteArray *out, guint32 crc, guint32 size, const char *name)
{
  put (out, NEEDS, 2);
  put (out, ENCRYPTED, 2);
  put (out, 0, 2); /* stored */
  put (out, 0, 2);
  put (out, DAY_ONE, 2);
  put (out, crc, 4);
  put (out, size + HEADER, 4);
  put (out, size, 4);
  put (out, (guint32) strlen (name), 2);
  put (out, 0, 2);
}

static GByteArray *
make_end (guint32 crc, guint32 size, const char *name)
{
  GByteArray *out = g_byte_array_new ();
  guint32 before = 30 + (guint32) strlen (name) + HEADER + size;

  put (out, 0x02014b50, 4);
  put (out, NEEDS, 2); /* made by: FAT, so that it has no right to run */
  put_facts (out, crc, size, name);
  put (out, 0, 8); /* no comment, first disk, no text */
  put (out, 0, 2);
  put (out, 0, 4); /* where its header is */
  g_byte_array_append (out, (const guint8 *) name, (guint) strlen (name));
  guint32 length = out->len;
  put (out, 0x06054b50, 4);
  put (out, 0, 4);
  put (out, 1, 2);
  put (out, 1, 2);
  put (out, length, 4);
  put (out, before, 4);
  put (out, 0, 2);
  return out;
}

static gboolean
write_content (int fd, Cipher *cipher, const guint8 *bytes, gsize size, guint32 crc, GError **error)
{
  g_autofree guint8 *piece = g_malloc (PIECE);
  guint8 header[HEADER];

  if (getrandom (header, HEADER - 1, 0) != HEADER - 1)
    return mado_error_set_errno (error, "getrandom");
  header[HEADER - 1] = (guint8) (crc >> 24);
  encrypt (cipher, header, piece, HEADER);
  if (!mado_fsio_write_all (fd, piece, HEADER, error))
    return FALSE;
  for (gsize at = 0; at < size; at += PIECE) {
    gsize n = MIN (PIECE, size - at);
    encrypt (cipher, bytes + at, piece, n);
    if (!mado_fsio_write_all (fd, piece, n, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
mado_locked_zip_write (int fd, const char *name, GBytes *content, const char *password, GError **error)
{
  g_autoptr (GByteArray) head = g_byte_array_new ();
  gsize size;
  const guint8 *bytes = g_bytes_get_data (content, &size);
  guint32 crc = 0xffffffffU;
  Cipher cipher;

  if (size > MAX_CONTENT) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_LIMIT, "too large for an archive");
    return FALSE;
  }
  begin (&cipher, password);
  for (gsize i = 0; i < size; i++)
    crc = step (cipher.table, crc, bytes[i]);
  crc = ~crc;
  put (head, 0x04034b50, 4);
  put_facts (head, crc, (guint32) size, name);
  g_byte_array_append (head, (const guint8 *) name, (guint) strlen (name));
  g_autoptr (GByteArray) end = make_end (crc, (guint32) size, name);
  return mado_fsio_write_all (fd, head->data, head->len, error) && write_content (fd, &cipher, bytes, size, crc, error)
         && mado_fsio_write_all (fd, end->data, end->len, error);
}
