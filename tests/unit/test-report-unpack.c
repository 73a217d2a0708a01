/* The one file in a gzip or zip file; and what is no such thing, or wants to be more than it is. */
#include "madoguchi/report/unpack.h"

#include "madoguchi/base/error.h"

#include <gio/gio.h>
#include <string.h>

/* (transfer full) @data packed as @format. */
static GByteArray *
pack (const char *data, gsize size, GZlibCompressorFormat format)
{
  g_autoptr (GZlibCompressor) deflater = g_zlib_compressor_new (format, 9);
  GByteArray *out = g_byte_array_new ();
  g_autofree guint8 *buffer = g_malloc (65536);

  for (gsize at = 0;;) {
    gsize used, made;
    GConverterResult result = g_converter_convert (G_CONVERTER (deflater), data + at, size - at, buffer, 65536, G_CONVERTER_INPUT_AT_END, &used, &made, NULL);
    g_assert_cmpint (result, !=, G_CONVERTER_ERROR);
    at += used;
    g_byte_array_append (out, buffer, (guint) made);
    if (result == G_CONVERTER_FINISHED)
      return out;
  }
}

static void
put (GByteArray *out, guint32 number, guint bytes)
{
  for (guint i = 0; i < bytes; i++, number >>= 8) {
    guint8 byte = (guint8) number;
    g_byte_array_append (out, &byte, 1);
  }
}

typedef struct {
  const char *name;
  GByteArray *packed;
  guint method, flags;
} File;

/* (transfer full) a zip of @n files. */
static GBytes *
zip (const File *files, guint n)
{
  GByteArray *out = g_byte_array_new ();
  g_autoptr (GByteArray) directory = g_byte_array_new ();
  guint start;

  for (guint i = 0; i < n; i++) {
    const File *file = &files[i];
    guint at = out->len, name = (guint) strlen (file->name);
    g_byte_array_append (out, (const guint8 *) "PK\3\4\24", 5);
    put (out, 0, 1);
    put (out, file->flags, 2);
    put (out, file->method, 2);
    put (out, 0, 8);
    put (out, file->packed->len, 4);
    put (out, file->packed->len, 4);
    put (out, name, 4);
    g_byte_array_append (out, (const guint8 *) file->name, name);
    g_byte_array_append (out, file->packed->data, file->packed->len);
    g_byte_array_append (directory, (const guint8 *) "PK\1\2\24\0\24", 7);
    put (directory, 0, 1);
    put (directory, file->flags, 2);
    put (directory, file->method, 2);
    put (directory, 0, 8);
    put (directory, file->packed->len, 4);
    put (directory, file->packed->len, 4);
    put (directory, name, 2);
    put (directory, 0, 12);
    put (directory, at, 4);
    g_byte_array_append (directory, (const guint8 *) file->name, name);
  }
  start = out->len;
  g_byte_array_append (out, directory->data, directory->len);
  g_byte_array_append (out, (const guint8 *) "PK\5\6", 4);
  put (out, 0, 4);
  put (out, n, 2);
  put (out, n, 2);
  put (out, directory->len, 4);
  put (out, start, 4);
  put (out, 0, 2);
  return g_byte_array_free_to_bytes (out);
}

static void
check (GBytes *bytes, const char *expected, int code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) found = mado_unpack (bytes, 4 * 1024 * 1024, &error);
  gsize size;

  if (expected == NULL) {
    g_assert_error (error, MADO_ERROR, code);
    g_assert_null (found);
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (found, &size), g_bytes_get_size (found), expected, strlen (expected));
}

static void
check_array (GByteArray *array, const char *expected, int code)
{
  g_autoptr (GBytes) bytes = g_bytes_new (array->data, array->len);

  check (bytes, expected, code);
}

static void
check_zip (const File *files, guint n, const char *expected, int code)
{
  g_autoptr (GBytes) bytes = zip (files, n);

  check (bytes, expected, code);
}

static void
test_gzip (void)
{
  g_autoptr (GByteArray) packed = pack ("hello", 5, G_ZLIB_COMPRESSOR_FORMAT_GZIP), again = NULL, empty = pack ("", 0, G_ZLIB_COMPRESSOR_FORMAT_GZIP);

  check_array (packed, "hello", 0);
  check_array (empty, "", 0);
  again = pack ((const char *) packed->data, packed->len, G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  check_array (again, NULL, MADO_ERROR_DENIED);
  for (guint cut = 2; cut < packed->len; cut++) {
    g_autoptr (GBytes) part = g_bytes_new (packed->data, cut);
    check (part, NULL, MADO_ERROR_PERM);
  }
}

static void
test_zip (void)
{
  g_autoptr (GByteArray) packed = pack ("hello", 5, G_ZLIB_COMPRESSOR_FORMAT_RAW), plain = g_byte_array_new (), none = g_byte_array_new ();
  g_autoptr (GBytes) whole = NULL;

  g_byte_array_append (plain, (const guint8 *) "hello", 5);
  check_zip ((File[]) { { "a.xml", packed, 8, 0 } }, 1, "hello", 0);
  check_zip ((File[]) { { "a.xml", plain, 0, 0 } }, 1, "hello", 0);
  check_zip ((File[]) { { "d/", none, 0, 0 }, { "d/a.xml", packed, 8, 0 }, { "__MACOSX/._a", plain, 0, 0 } }, 3, "hello", 0);
  check_zip ((File[]) { { "a", packed, 8, 0 }, { "b", packed, 8, 0 } }, 2, NULL, MADO_ERROR_DENIED);
  check_zip (NULL, 0, NULL, MADO_ERROR_DENIED);
  check_zip ((File[]) { { "a", packed, 8, 1 } }, 1, NULL, MADO_ERROR_DENIED);
  check_zip ((File[]) { { "a", packed, 99, 0 } }, 1, NULL, MADO_ERROR_DENIED);
  check_zip ((File[]) { { "a", packed, 12, 0 } }, 1, NULL, MADO_ERROR_DENIED);
  whole = zip ((File[]) { { "a.xml", packed, 8, 0 } }, 1);
  for (gsize cut = 4; cut < g_bytes_get_size (whole); cut++) {
    g_autoptr (GBytes) part = g_bytes_new_from_bytes (whole, 0, cut);
    check (part, NULL, MADO_ERROR_PERM);
  }
  for (gsize at = 0; at < g_bytes_get_size (whole); at++) { /* wrong numbers end somewhere, and nowhere outside */
    g_autoptr (GByteArray) wrong = g_byte_array_new ();
    g_autoptr (GBytes) bytes = NULL, found = NULL;
    g_byte_array_append (wrong, g_bytes_get_data (whole, NULL), (guint) g_bytes_get_size (whole));
    wrong->data[at] ^= 0xff;
    bytes = g_bytes_new (wrong->data, wrong->len);
    found = mado_unpack (bytes, 1024, NULL);
  }
}

static void
test_bombs (void)
{
  gsize size = 64 * 1024 * 1024;
  g_autofree char *zeros = g_malloc0 (size);
  g_autoptr (GByteArray) gzip = pack (zeros, size, G_ZLIB_COMPRESSOR_FORMAT_GZIP), raw = pack (zeros, size, G_ZLIB_COMPRESSOR_FORMAT_RAW);
  g_autoptr (GByteArray) small = pack (zeros, 2 * 1024 * 1024, G_ZLIB_COMPRESSOR_FORMAT_GZIP), large = g_byte_array_new ();

  g_assert_cmpuint (gzip->len, <, 100 * 1024);
  check_array (gzip, NULL, MADO_ERROR_LIMIT);
  check_array (small, NULL, MADO_ERROR_LIMIT);
  check_zip ((File[]) { { "a", raw, 8, 0 } }, 1, NULL, MADO_ERROR_LIMIT);
  g_byte_array_append (large, (const guint8 *) zeros, 5 * 1024 * 1024);
  check_zip ((File[]) { { "a", large, 0, 0 } }, 1, NULL, MADO_ERROR_LIMIT);
}

static void
test_others (void)
{
  static const char *const others[] = { "", "P", "<xml/>", "7z\xbc\xaf\x27\x1c", "Rar!\x1a\7" };

  for (gsize i = 0; i < G_N_ELEMENTS (others); i++) {
    g_autoptr (GBytes) bytes = g_bytes_new_static (others[i], strlen (others[i]));
    check (bytes, NULL, MADO_ERROR_NO);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/report/unpack/gzip", test_gzip);
  g_test_add_func ("/report/unpack/zip", test_zip);
  g_test_add_func ("/report/unpack/bombs", test_bombs);
  g_test_add_func ("/report/unpack/others", test_others);
  return g_test_run ();
}
