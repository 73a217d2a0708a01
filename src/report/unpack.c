/* unpack.c: see unpack.h. Called by the reader of DMARC's reports, in the opener's child. Formats: RFC 1952, PKWARE's appnote
 * 4.3 and 4.4; the deflated bytes themselves go through GIO's converter (zlib). A library that reads archives would bring
 * a dozen of formats that nobody asked for. */
#include "madoguchi/report/unpack.h"

#include "madoguchi/base/error.h"

#include <gio/gio.h>
#include <string.h>

#define RATIO_MAX 250       /* reports have up to 60; deflate can do 1032 */
#define RATIO_FREE 1048576  /* below that nobody minds */
#define END_LOOK 65557      /* the end record of a zip, with the longest comment */

typedef struct {
  const guint8 *bytes;
  gsize size;
  gboolean is_deflated;
} Member;

static guint
read_u16 (const guint8 *bytes)
{
  return bytes[0] | (guint) bytes[1] << 8;
}

static guint32
read_u32 (const guint8 *bytes)
{
  return read_u16 (bytes) | (guint32) read_u16 (bytes + 2) << 16;
}

static gboolean
is_zip (const guint8 *bytes, gsize size)
{
  return size >= 4 && (memcmp (bytes, "PK\3\4", 4) == 0 || memcmp (bytes, "PK\5\6", 4) == 0);
}

static gboolean
is_gzip (const guint8 *bytes, gsize size)
{
  return size >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

static gboolean
fail (GError **error, int code, const char *why)
{
  g_set_error_literal (error, MADO_ERROR, code, why);
  return FALSE;
}

/* --- zip -------------------------------------------------------------------------------------------------- */

/* Where the directory's end record is; @size: nowhere. */
static gsize
find_end (const guint8 *bytes, gsize size)
{
  gsize first = size > END_LOOK ? size - END_LOOK : 0;

  for (gsize at = size < 22 ? 0 : size - 22 + 1; at > first; at--)
    if (memcmp (bytes + at - 1, "PK\5\6", 4) == 0)
      return at - 1;
  return size;
}

/* The bytes of the file whose directory entry is at @entry. */
static gboolean
find_member (const guint8 *bytes, gsize size, gsize entry, Member *member, GError **error)
{
  guint flags = read_u16 (bytes + entry + 8), method = read_u16 (bytes + entry + 10);
  gsize packed = read_u32 (bytes + entry + 20), at = read_u32 (bytes + entry + 42);

  if ((flags & 1) != 0 || method == 99)
    return fail (error, MADO_ERROR_DENIED, "it wants a password");
  if (method != 0 && method != 8)
    return fail (error, MADO_ERROR_DENIED, "it is packed in a way that is not read");
  if (at > size || size - at < 30 || memcmp (bytes + at, "PK\3\4", 4) != 0)
    return fail (error, MADO_ERROR_PERM, "its directory points to nothing");
  at += 30 + read_u16 (bytes + at + 26) + (gsize) read_u16 (bytes + at + 28);
  if (at > size || packed > size - at)
    return fail (error, MADO_ERROR_PERM, "it is cut off");
  *member = (Member) { bytes + at, packed, method == 8 };
  return TRUE;
}

/* The only file. Entries that are directories, and those that macOS adds for itself, do not count. */
static gboolean
find_only_member (const guint8 *bytes, gsize size, Member *member, GError **error)
{
  gsize end = find_end (bytes, size), at, found = size;

  if (end == size)
    return fail (error, MADO_ERROR_PERM, "it has no directory");
  at = read_u32 (bytes + end + 16);
  for (guint n = read_u16 (bytes + end + 10); n > 0; n--) {
    gsize name;
    if (at > size || size - at < 46 || memcmp (bytes + at, "PK\1\2", 4) != 0)
      return fail (error, MADO_ERROR_PERM, "its directory is broken");
    name = read_u16 (bytes + at + 28);
    if (name > size - at - 46)
      return fail (error, MADO_ERROR_PERM, "its directory is broken");
    if (name > 0 && bytes[at + 46 + name - 1] != '/' && (name < 9 || memcmp (bytes + at + 46, "__MACOSX/", 9) != 0)) {
      if (found != size)
        return fail (error, MADO_ERROR_DENIED, "it holds more than one file");
      found = at;
    }
    at += 46 + name + read_u16 (bytes + at + 30) + (gsize) read_u16 (bytes + at + 32);
  }
  return found == size ? fail (error, MADO_ERROR_DENIED, "it holds no file") : find_member (bytes, size, found, member, error);
}

/* --- deflate ---------------------------------------------------------------------------------------------- */

/* Appends what comes out of @member to @out. */
static gboolean
inflate_member (const Member *member, GZlibCompressorFormat format, gsize max, GByteArray *out, GError **error)
{
  g_autoptr (GZlibDecompressor) inflater = g_zlib_decompressor_new (format);
  g_autofree guint8 *buffer = g_malloc (65536);
  gsize at = 0;

  for (;;) {
    gsize used = 0, made = 0;
    GConverterResult result = g_converter_convert (G_CONVERTER (inflater), member->bytes + at, member->size - at, buffer, 65536,
                                                   G_CONVERTER_INPUT_AT_END, &used, &made, NULL);
    if (result == G_CONVERTER_ERROR)
      return fail (error, MADO_ERROR_PERM, "it is broken or cut off");
    at += used;
    g_byte_array_append (out, buffer, (guint) made);
    if (out->len > max)
      return fail (error, MADO_ERROR_LIMIT, "it unpacks to more than is read of a report");
    if (out->len > RATIO_FREE && out->len / RATIO_MAX > member->size)
      return fail (error, MADO_ERROR_LIMIT, "it unpacks to so much more than it is that it is no report");
    if (result == G_CONVERTER_FINISHED)
      return TRUE;
  }
}

GBytes *
mado_unpack (GBytes *bytes, gsize max, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  Member member = { data, size, TRUE };
  GZlibCompressorFormat format = G_ZLIB_COMPRESSOR_FORMAT_GZIP;
  g_autoptr (GByteArray) out = g_byte_array_new ();

  if (is_zip (data, size)) {
    format = G_ZLIB_COMPRESSOR_FORMAT_RAW;
    if (!find_only_member (data, size, &member, error))
      return NULL;
  } else if (!is_gzip (data, size)) {
    fail (error, MADO_ERROR_NO, "it is not packed");
    return NULL;
  }
  if (member.is_deflated && !inflate_member (&member, format, max, out, error))
    return NULL;
  if (!member.is_deflated && member.size > max) {
    fail (error, MADO_ERROR_LIMIT, "it is larger than what is read of a report");
    return NULL;
  }
  if (!member.is_deflated)
    g_byte_array_append (out, member.bytes, (guint) member.size);
  if (is_zip (out->data, out->len) || is_gzip (out->data, out->len)) {
    fail (error, MADO_ERROR_DENIED, "it holds another packed file");
    return NULL;
  }
  return g_byte_array_free_to_bytes (g_steal_pointer (&out));
}
