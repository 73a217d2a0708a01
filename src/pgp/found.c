/* found.c: see found.h. The bytes are those of whoever runs the directory: nothing is believed, everything is bounded by
 * what came. Packets: RFC 9580, 10.1 (transferable public keys). */
#include "madoguchi/pgp/found.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/pgp/packets.h"

#include <string.h>

enum {
  TAG_SIGNATURE = 2, TAG_SECRET_KEY = 5, TAG_PUBLIC_KEY = 6, TAG_SECRET_SUBKEY = 7, TAG_MARKER = 10, TAG_TRUST = 12,
  TAG_USER_ID = 13, TAG_SUBKEY = 14, TAG_ATTRIBUTE = 17, TAG_PADDING = 21
};

#define SUBPACKET_ISSUER 16
#define SUBPACKET_ISSUER_FINGERPRINT 33
#define USER_ID_MAX 2048
#define SHA1_BYTES 20
#define KEY_ID_BYTES 8

/* The key that is being read, and those that are done. */
typedef struct {
  const char *address, *wanted;
  GByteArray *key;       /* NULL: none yet, or one that we do not take */
  guint8 digest[SHA1_BYTES];
  gboolean is_named;     /* a user ID has the address */
  gboolean is_kept;      /* the packet that signatures now belong to was kept */
  GByteArray *all;
  GPtrArray *fingerprints;
} Reader;

static void
reader_clear (Reader *reader)
{
  g_clear_pointer (&reader->key, g_byte_array_unref);
  g_clear_pointer (&reader->all, g_byte_array_unref);
  g_clear_pointer (&reader->fingerprints, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

/* The fingerprint of a key of version 4 (RFC 9580, 5.5.4.2). */
static void
compute_fingerprint (const guint8 *body, gsize length, guint8 *digest)
{
  const guint8 head[] = { 0x99, (guint8) (length >> 8), (guint8) length };
  g_autoptr (GChecksum) sha1 = g_checksum_new (G_CHECKSUM_SHA1);
  gsize size = SHA1_BYTES;

  g_checksum_update (sha1, head, sizeof head);
  g_checksum_update (sha1, body, (gssize) length);
  g_checksum_get_digest (sha1, digest, &size);
}

static void
finish_key (Reader *reader)
{
  g_autoptr (GByteArray) key = g_steal_pointer (&reader->key);
  g_autofree char *hex = mado_text_hex (reader->digest, SHA1_BYTES);
  g_autofree char *fingerprint = g_ascii_strup (hex, -1);
  gboolean is_wanted = reader->wanted != NULL && g_ascii_strcasecmp (reader->wanted, fingerprint) == 0;

  if (key == NULL || (!reader->is_named && !is_wanted) || key->len > MADO_FOUND_KEY_BYTES_MAX
      || reader->fingerprints->len >= MADO_FOUND_KEYS_MAX)
    return;
  g_byte_array_append (reader->all, key->data, key->len);
  g_ptr_array_add (reader->fingerprints, g_steal_pointer (&fingerprint));
}

static void
keep (Reader *reader, const guint8 *start, const guint8 *end)
{
  g_byte_array_append (reader->key, start, (guint) (end - start));
}

static void
begin_key (Reader *reader, const guint8 *body, gsize length)
{
  finish_key (reader);
  reader->is_named = reader->is_kept = FALSE;
  if (length < 6 || length > 0xffff || body[0] != 4) /* what GnuPG 2.2 knows */
    return;
  compute_fingerprint (body, length, reader->digest);
  reader->key = g_byte_array_new ();
  reader->is_kept = TRUE;
}

/* Is @user_id one for the address, and for no other? "Name <ADDRESS>" or the address alone. */
static gboolean
names_address (const char *address, const guint8 *user_id, gsize length)
{
  g_autofree char *text = NULL;
  char *open, *close;

  if (length == 0 || length > USER_ID_MAX || memchr (user_id, 0, length) != NULL)
    return FALSE;
  text = g_strndup ((const char *) user_id, length);
  if (!g_utf8_validate (text, -1, NULL))
    return FALSE;
  g_strchomp (text);
  open = strchr (text, '<');
  if (open == NULL)
    return mado_text_same_address (text, address);
  close = strchr (open, '>');
  if (close == NULL || close[1] != '\0')
    return FALSE;
  *close = '\0';
  return mado_text_same_address (open + 1, address);
}

/* Looks at subpackets (RFC 9580, 5.2.3.7). @is_other: one names a key that is not @id. */
static void
find_issuer (const guint8 *at, const guint8 *end, const guint8 *id, gboolean *is_other)
{
  while (at < end) {
    gsize length = *at++;
    if (length >= 192 && length < 255 && at < end)
      length = ((length - 192) << 8) + *at++ + 192;
    else if (length == 255 && end - at >= 4) {
      length = ((gsize) at[0] << 24) | ((gsize) at[1] << 16) | ((gsize) at[2] << 8) | at[3];
      at += 4;
    }
    if (length == 0 || length > (gsize) (end - at))
      return;
    guint type = at[0] & 0x7f;
    if ((type == SUBPACKET_ISSUER && length == 1 + KEY_ID_BYTES)
        || (type == SUBPACKET_ISSUER_FINGERPRINT && length == 2 + SHA1_BYTES))
      *is_other |= memcmp (at + length - KEY_ID_BYTES, id, KEY_ID_BYTES) != 0;
    at += length;
  }
}

/* Does the signature say that it is by the key itself? Those by others, as many as they like, stay outside. */
static gboolean
is_own_signature (const Reader *reader, const guint8 *body, gsize length)
{
  const guint8 *id = reader->digest + SHA1_BYTES - KEY_ID_BYTES;
  gboolean is_other = FALSE;
  gsize hashed, unhashed;

  if (length < 8 || body[0] != 4)
    return FALSE;
  hashed = ((gsize) body[4] << 8) | body[5];
  if (hashed > length - 8)
    return FALSE;
  unhashed = ((gsize) body[6 + hashed] << 8) | body[7 + hashed];
  if (unhashed > length - 8 - hashed)
    return FALSE;
  find_issuer (body + 6, body + 6 + hashed, id, &is_other);
  find_issuer (body + 8 + hashed, body + 8 + hashed + unhashed, id, &is_other);
  return !is_other;
}

static gboolean
take_packet (Reader *reader, guint tag, const guint8 *start, const guint8 *body, gsize length, GError **error)
{
  switch (tag) {
  case TAG_SECRET_KEY:
  case TAG_SECRET_SUBKEY:
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "a secret key in it");
    return FALSE;
  case TAG_PUBLIC_KEY:
    begin_key (reader, body, length);
    break;
  case TAG_USER_ID:
    reader->is_kept = reader->key != NULL && names_address (reader->address, body, length);
    reader->is_named |= reader->is_kept;
    break;
  case TAG_SUBKEY:
    reader->is_kept = reader->key != NULL;
    break;
  case TAG_SIGNATURE:
    if (reader->key != NULL && reader->is_kept && is_own_signature (reader, body, length))
      keep (reader, start, body + length);
    return TRUE;
  case TAG_ATTRIBUTE:
    reader->is_kept = FALSE;
    break;
  case TAG_MARKER:
  case TAG_TRUST:
  case TAG_PADDING:
    return TRUE;
  default:
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "something else than keys in it");
    return FALSE;
  }
  if (reader->key != NULL && reader->is_kept)
    keep (reader, start, body + length);
  return TRUE;
}

gboolean
mado_found_read (GBytes *bytes, const char *address, const char *wanted, GBytes **clean, char ***fingerprints, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size), *start, *body;
  g_autoptr (GBytes) binary = mado_packets_binary (data, size);
  g_auto (Reader) reader = { .address = address, .wanted = wanted };
  MadoPacketCursor cursor;
  gsize length;
  guint tag;

  reader.all = g_byte_array_new ();
  reader.fingerprints = g_ptr_array_new_with_free_func (g_free);
  start = g_bytes_get_data (binary, &size);
  cursor = (MadoPacketCursor) { start, start == NULL ? NULL : start + size };
  for (; mado_packets_next (&cursor, &tag, &body, &length); start = cursor.at)
    if (!take_packet (&reader, tag, start, body, length, error))
      return FALSE;
  finish_key (&reader);
  if (reader.fingerprints->len == 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "no OpenPGP public key for the address in it");
    return FALSE;
  }
  g_ptr_array_add (reader.fingerprints, NULL);
  *fingerprints = (char **) g_ptr_array_steal (reader.fingerprints, NULL);
  *clean = g_byte_array_free_to_bytes (g_steal_pointer (&reader.all));
  return TRUE;
}
