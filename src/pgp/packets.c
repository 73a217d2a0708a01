/* packets.c: see packets.h. */
#include "madoguchi/pgp/packets.h"

#include <gio/gio.h>
#include <string.h>

/* Room for all session-key packets that anybody may send us: the caps on recipients are reached long before. */
#define HEAD_MAX (8 * 1024 * 1024)
#define UNPACKED_MAX (1024 * 1024)
#define UNPACKED_DEPTH 2

enum { TAG_PKESK = 1, TAG_SIGNATURE = 2, TAG_SKESK = 3, TAG_ONE_PASS = 4, TAG_SECRET = 5, TAG_KEY = 6, TAG_COMPRESSED = 8,
       TAG_SED = 9, TAG_MARKER = 10, TAG_LITERAL = 11, TAG_SEIPD = 18, TAG_AEAD = 20, TAG_PADDING = 21,
       TAG_NOT_CRITICAL = 40 /* and all above: passed over by who does not know them (RFC 9580, 4.3) */ };

typedef struct {
  const guint8 *at, *end;
} Cursor;

void
mado_packets_clear (MadoPackets *packets)
{
  g_strfreev (packets->recipients);
  memset (packets, 0, sizeof *packets);
}

/* The end of the line at @at (its line feed, or @end). */
static const guint8 *
line_end (const guint8 *at, const guint8 *end)
{
  const guint8 *feed = memchr (at, '\n', (gsize) (end - at));

  return feed == NULL ? end : feed;
}

static gboolean
is_blank (const guint8 *at, const guint8 *end)
{
  for (; at < end; at++) /* mailers put a no-break space into the empty line, too */
    if (*at != ' ' && *at != '\t' && *at != '\r' && *at != 0xc2 && *at != 0xa0)
      return FALSE;
  return TRUE;
}

/* The base64 text of the first armour block in @bytes. FALSE when there is none. */
static gboolean
find_armor (const guint8 *bytes, gsize size, const guint8 **start, gsize *length)
{
  static const char begin[] = "-----BEGIN PGP ";
  const guint8 *end = bytes + size, *at = memmem (bytes, size, begin, strlen (begin)), *stop;

  if (at == NULL)
    return FALSE;
  for (at = line_end (at, end); at < end;) {
    const guint8 *line = at + 1;
    if (line >= end)
      return FALSE;
    at = line_end (line, end);
    if (is_blank (line, at))
      break;
    if (memchr (line, ':', (gsize) (at - line)) == NULL) { /* the empty line was lost */
      at = line - 1;
      break;
    }
  }
  if (at >= end)
    return FALSE;
  *start = at + 1;
  stop = memmem (*start, (gsize) (end - *start), "-----END", 8);
  *length = (gsize) ((stop == NULL ? end : stop) - *start);
  return TRUE;
}

static gboolean
read_length (Cursor *cursor, guint8 tag_byte, gsize *length)
{
  gsize left = (gsize) (cursor->end - cursor->at);
  gsize octets = 0;

  if (tag_byte & 0x40) { /* RFC 9580, 4.2.1 */
    guint8 first;
    if (left < 1)
      return FALSE;
    first = *cursor->at++;
    if (first < 192) {
      *length = first;
      return TRUE;
    }
    if (first < 224) {
      if (left < 2)
        return FALSE;
      *length = (gsize) ((first - 192) << 8) + *cursor->at++ + 192;
      return TRUE;
    }
    if (first < 255) { /* partial: only data packets may, and those are the last we look at */
      *length = (gsize) 1 << (first & 0x1f);
      return TRUE;
    }
    octets = 4;
  } else if ((tag_byte & 3) == 3) {
    *length = left; /* to the end */
    return TRUE;
  } else {
    octets = (gsize) 1 << (tag_byte & 3);
  }
  if ((gsize) (cursor->end - cursor->at) < octets)
    return FALSE;
  *length = 0;
  while (octets-- > 0)
    *length = (*length << 8) | *cursor->at++;
  return TRUE;
}

static void
count_trials (MadoPackets *packets)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; packets->recipients[i] != NULL; i++)
    packets->trials += g_str_equal (packets->recipients[i], "0000000000000000") || !g_hash_table_add (seen, packets->recipients[i]);
}

static void
add_recipient (MadoPackets *packets, GStrvBuilder *ids, const guint8 *body, gsize length)
{
  GString *id;

  packets->recipient_count++;
  if (length < 1)
    return;
  packets->old_recipients += body[0] == 2 || body[0] == 3;
  packets->new_recipients += body[0] == 6;
  if (body[0] == 6) {
    /* Version 6 names a version and a fingerprint instead of a key id (RFC 9580, 5.1.2). */
    if (length < 12 || body[1] < 9 || length < (gsize) 2 + body[1])
      return;
    body += body[2] == 6 ? 2 : (gsize) 2 + body[1] - 9;
    length = 9;
  } else if (body[0] != 2 && body[0] != 3) {
    return;
  }
  if (length < 9)
    return;
  id = g_string_new (NULL);
  for (guint i = 1; i <= 8; i++)
    g_string_append_printf (id, "%02X", body[i]);
  g_strv_builder_add (ids, id->str);
  g_string_free (id, TRUE);
}

/* (transfer full, nullable) the start of what the compressed packet @body holds. bzip2 is not looked into. */
static GBytes *
unpack (const guint8 *body, gsize length)
{
  g_autoptr (GZlibDecompressor) inflater = NULL;
  g_autofree guint8 *out = NULL;
  gsize done = 0, read, written;

  if (length < 1 || body[0] > 2)
    return NULL;
  if (body[0] == 0)
    return g_bytes_new (body + 1, MIN (length - 1, UNPACKED_MAX));
  inflater = g_zlib_decompressor_new (body[0] == 1 ? G_ZLIB_COMPRESSOR_FORMAT_RAW : G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
  out = g_malloc (UNPACKED_MAX);
  for (body++, length--; length > 0 && done < UNPACKED_MAX; done += written, body += read, length -= read) {
    GConverterResult result = g_converter_convert (G_CONVERTER (inflater), body, length, out + done, UNPACKED_MAX - done,
                                                   G_CONVERTER_NO_FLAGS, &read, &written, NULL);
    if (result == G_CONVERTER_ERROR || result == G_CONVERTER_FINISHED) {
      done += result == G_CONVERTER_FINISHED ? written : 0;
      break;
    }
  }
  return done == 0 ? NULL : g_bytes_new (out, done);
}

static gboolean
is_partial (const Cursor *cursor, guint8 tag_byte)
{
  return (tag_byte & 0x40) && cursor->at < cursor->end && *cursor->at >= 224 && *cursor->at < 255;
}

/* Goes behind the packet at @cursor, also when it comes in chunks. */
static void
skip_packet (Cursor *cursor)
{
  guint8 byte = *cursor->at++;
  gboolean goes_on;
  gsize length;

  do {
    goes_on = is_partial (cursor, byte);
    if (!read_length (cursor, byte, &length))
      length = G_MAXSIZE;
    cursor->at += MIN (length, (gsize) (cursor->end - cursor->at));
  } while (goes_on && cursor->at < cursor->end);
}

/* Does anything but white space follow the packet at @packet? */
static gboolean
has_rest (const guint8 *packet, const guint8 *end)
{
  Cursor cursor = { packet, end };

  skip_packet (&cursor);
  while (cursor.at < cursor.end && g_ascii_isspace (*cursor.at))
    cursor.at++;
  return cursor.at < cursor.end;
}

static void read_binary (const guint8 *bytes, gsize size, const guint8 *end, guint max_recipients, guint depth, MadoPackets *packets);

/* A compressed packet that holds an encrypted message is one (RFC 9580, 10.3). */
static void
look_inside (const guint8 *body, gsize length, guint max_recipients, guint depth, MadoPackets *packets)
{
  g_autoptr (GBytes) inside = depth < UNPACKED_DEPTH ? unpack (body, length) : NULL;
  g_auto (MadoPackets) found = { 0 };
  gsize size;
  const guint8 *bytes;

  if (inside == NULL)
    return;
  bytes = g_bytes_get_data (inside, &size);
  if (size == 0)
    return;
  read_binary (bytes, size, bytes + size, max_recipients, depth + 1, &found);
  found.has_rest |= size >= UNPACKED_MAX; /* it may have, where we do not look */
  if (found.kind != MADO_PACKETS_ENCRYPTED)
    return;
  g_strfreev (packets->recipients);
  found.has_rest |= packets->has_rest;
  *packets = found;
  packets->is_compressed = TRUE;
  memset (&found, 0, sizeof found);
}

/* Takes note of one packet. FALSE when it tells all there is to tell. */
static gboolean
take_packet (MadoPackets *packets, GStrvBuilder *ids, guint tag, const guint8 *body, gsize length)
{
  switch (tag) {
  case TAG_PADDING:
    packets->has_padding = TRUE;
    return TRUE;
  case TAG_MARKER:
    return TRUE;
  case TAG_PKESK:
    packets->kind = MADO_PACKETS_ENCRYPTED;
    add_recipient (packets, ids, body, length);
    return TRUE;
  case TAG_SKESK:
    packets->kind = MADO_PACKETS_ENCRYPTED;
    packets->passphrases++;
    packets->new_recipients += length > 0 && body[0] == 6;
    return TRUE;
  case TAG_SED:
  case TAG_SEIPD:
  case TAG_AEAD:
    packets->kind = MADO_PACKETS_ENCRYPTED;
    packets->container = (guint8) tag;
    packets->version = length > 0 ? body[0] : 0;
    return FALSE;
  case TAG_SIGNATURE:
  case TAG_ONE_PASS:
  case TAG_COMPRESSED:
  case TAG_LITERAL:
    if (packets->kind == MADO_PACKETS_JUNK)
      packets->kind = tag == TAG_SIGNATURE ? MADO_PACKETS_SIGNATURE : MADO_PACKETS_SIGNED;
    packets->version = length > 0 ? body[0] : 0;
    if (tag == TAG_SIGNATURE && length > 16)
      packets->hash = packets->version == 4 ? body[3] : packets->version == 3 ? body[16] : 0;
    return FALSE;
  case TAG_KEY:
  case TAG_SECRET:
    if (packets->kind == MADO_PACKETS_JUNK)
      packets->kind = MADO_PACKETS_KEY;
    return FALSE;
  default:
    packets->has_padding |= tag >= TAG_NOT_CRITICAL;
    return tag >= TAG_NOT_CRITICAL;
  }
}

/* Reads the packets at the start of @bytes. @end: of all data, when @bytes are only a part. */
static void
read_binary (const guint8 *bytes, gsize size, const guint8 *end, guint max_recipients, guint depth, MadoPackets *packets)
{
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  Cursor cursor = { bytes, bytes + size };
  const guint8 *compressed = NULL, *packet;
  gboolean in_chunks = FALSE;
  gsize squeezed = 0;

  while (cursor.at < cursor.end && packets->recipient_count <= max_recipients && packets->passphrases <= max_recipients) {
    guint8 byte = *(packet = cursor.at++);
    guint tag = (byte & 0x40) ? byte & 0x3f : (byte >> 2) & 0x0f;
    gsize length, left;

    in_chunks = is_partial (&cursor, byte);
    if (!(byte & 0x80) || !read_length (&cursor, byte, &length))
      break;
    packets->has_rest = (tag == TAG_SEIPD || tag == TAG_AEAD || tag == TAG_COMPRESSED) && has_rest (packet, end);
    left = (gsize) (cursor.end - cursor.at);
    compressed = tag == TAG_COMPRESSED && packets->kind == MADO_PACKETS_JUNK ? cursor.at : NULL;
    squeezed = MIN (length, left);
    if (!take_packet (packets, ids, tag, cursor.at, MIN (length, left)) || length > left)
      break;
    cursor.at += length;
  }
  packets->recipients = g_strv_builder_end (ids);
  count_trials (packets);
  if (compressed != NULL) {
    packets->has_rest |= in_chunks;
    look_inside (compressed, squeezed, max_recipients, depth, packets);
  }
}

gboolean
mado_packets_next (MadoPacketCursor *cursor, guint *tag, const guint8 **body, gsize *length)
{
  Cursor at = { cursor->at, cursor->end };
  guint8 byte;

  if (at.at >= at.end || !(*at.at & 0x80))
    return FALSE;
  byte = *at.at++;
  *tag = (byte & 0x40) ? byte & 0x3f : (byte >> 2) & 0x0f;
  if (byte & 0x40 && at.at < at.end && *at.at >= 224 && *at.at < 255)
    return FALSE;
  if (!read_length (&at, byte, length) || *length > (gsize) (at.end - at.at))
    return FALSE;
  *body = at.at;
  cursor->at = at.at + *length;
  return TRUE;
}

GBytes *
mado_packets_strip (const guint8 *bytes, gsize size)
{
  MadoPacketCursor cursor = { bytes, bytes + size };
  g_autoptr (GByteArray) kept = NULL;
  const guint8 *start = bytes, *body;
  gsize length;
  guint tag;

  for (; mado_packets_next (&cursor, &tag, &body, &length); start = cursor.at) {
    if (tag == TAG_SKESK || tag == TAG_PADDING || tag >= TAG_NOT_CRITICAL) {
      if (kept == NULL) {
        kept = g_byte_array_new ();
        g_byte_array_append (kept, bytes, (guint) (start - bytes));
      }
    } else if (tag != TAG_PKESK && tag != TAG_MARKER) {
      break;
    } else if (kept != NULL) {
      g_byte_array_append (kept, start, (guint) (cursor.at - start));
    }
  }
  if (kept == NULL)
    return NULL;
  g_byte_array_append (kept, start, (guint) (bytes + size - start));
  return g_byte_array_free_to_bytes (g_steal_pointer (&kept));
}

GBytes *
mado_packets_binary (const guint8 *bytes, gsize size)
{
  const guint8 *armor, *padding;
  guchar *binary;
  gsize length;
  gint state = 0;
  guint save = 0;

  if (size == 0 || (bytes[0] & 0x80) || !find_armor (bytes, size, &armor, &length))
    return g_bytes_new (bytes, MIN (size, HEAD_MAX));
  length = MIN (length, HEAD_MAX);
  padding = memchr (armor, '=', length);
  if (padding != NULL) /* after it comes nothing but the checksum */
    length = (gsize) (padding - armor);
  binary = g_malloc (length / 4 * 3 + 6);
  length = g_base64_decode_step ((const char *) armor, length, binary, &state, &save);
  length += g_base64_decode_step ("==", 2, binary + length, &state, &save);
  return g_bytes_new_take (binary, length);
}

void
mado_packets_read (const guint8 *bytes, gsize size, guint max_recipients, MadoPackets *packets)
{
  const guint8 *armor;
  gsize length;
  g_autoptr (GBytes) binary = NULL;

  memset (packets, 0, sizeof *packets);
  if (size > 0 && (bytes[0] & 0x80)) {
    read_binary (bytes, MIN (size, HEAD_MAX), bytes + size, max_recipients, 0, packets);
    return;
  }
  if (size > 0 && find_armor (bytes, size, &armor, &length)) {
    binary = mado_packets_binary (bytes, size);
    bytes = g_bytes_get_data (binary, &size);
    read_binary (bytes, size, bytes + size, max_recipients, 0, packets);
    return;
  }
  packets->recipients = g_new0 (char *, 1);
}

GBytes *
mado_packets_first (const guint8 *bytes, gsize size, guint max)
{
  g_autoptr (GBytes) binary = mado_packets_binary (bytes, size);
  gsize all, length;
  const guint8 *start = g_bytes_get_data (binary, &all), *body;
  MadoPacketCursor cursor = { start, start == NULL ? NULL : start + all }, after;
  guint tag, count = 0;

  while (count < max && mado_packets_next (&cursor, &tag, &body, &length))
    count++;
  after = cursor;
  if (count < max || !mado_packets_next (&after, &tag, &body, &length))
    return NULL;
  return g_bytes_new (start, (gsize) (cursor.at - start));
}
