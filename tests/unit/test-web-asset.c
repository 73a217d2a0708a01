/* test-web-asset.c: the page's files: by their own names alone, compressed for who takes that, and not sent twice. */
#include "madoguchi/base/error.h"
#include "madoguchi/web/asset.h"
#include "madoguchi/web/http-request.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

static GHashTable *
read_assets (char **directory)
{
  g_autofree char *text = g_strnfill (20000, 'a');
  static const char *const names[] = { "index.html", "main.js", "style.css", "secret.txt", ".hidden.js", "icon.svg" };
  g_autoptr (GError) error = NULL;

  *directory = g_dir_make_tmp ("assetXXXXXX", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *path = g_build_filename (*directory, names[i], NULL);
    g_assert_true (g_file_set_contents (path, strcmp (names[i], "icon.svg") == 0 ? "<svg/>" : text, -1, NULL));
  }
  g_autofree char *inner = g_build_filename (*directory, "inner.js", NULL);
  g_assert_cmpint (g_mkdir (inner, 0700), ==, 0);
  GHashTable *assets = mado_assets_read (*directory, &error);
  g_assert_no_error (error);
  return assets;
}

static MadoHttpAnswer *
ask (GHashTable *assets, const char *path, const char *encoding, const char *known)
{
  g_autoptr (MadoHttpRequest) request = mado_http_request_new ("GET", path);

  if (encoding != NULL)
    mado_http_request_add (request, MADO_HTTP_FIELD, "Accept-Encoding", encoding);
  if (known != NULL)
    mado_http_request_add (request, MADO_HTTP_FIELD, "If-None-Match", known);
  return mado_assets_answer (assets, request);
}

static const char *
get_field (const MadoHttpAnswer *answer, const char *name)
{
  for (guint i = 0; i + 1 < answer->headers->len; i += 2)
    if (strcmp (answer->headers->pdata[i], name) == 0)
      return answer->headers->pdata[i + 1];
  return NULL;
}

static void
test_paths (void)
{
  static const char *const found[] = { "/", "/main.js", "/style.css", "/icon.svg" };
  static const char *const absent[] = {
    "", "//", "/index.html", "/index.html/", "/secret.txt", "/inner.js", "/../main.js", "/./main.js", "/%6dain.js", "/main.js%00", "/main.js/",
    "/MAIN.JS", "main.js", "/../../etc/passwd", "/..%2f..%2fetc/passwd",
  };
  g_autofree char *directory = NULL;
  g_autoptr (GHashTable) assets = read_assets (&directory);

  for (gsize i = 0; i < G_N_ELEMENTS (found); i++) {
    g_autoptr (MadoHttpAnswer) answer = ask (assets, found[i], NULL, NULL);
    g_assert_nonnull (answer);
    g_assert_cmpuint (answer->status, ==, 200);
    g_assert_cmpstr (get_field (answer, "Cache-Control"), ==, "no-cache");
  }
  for (gsize i = 0; i < G_N_ELEMENTS (absent); i++)
    g_assert_null (ask (assets, absent[i], NULL, NULL));
}

static void
test_compressed (void)
{
  g_autofree char *directory = NULL;
  g_autoptr (GHashTable) assets = read_assets (&directory);
  g_autoptr (MadoHttpAnswer) plain = ask (assets, "/main.js", NULL, NULL), packed = ask (assets, "/main.js", "gzip, br", NULL);
  g_autoptr (MadoHttpAnswer) small = ask (assets, "/icon.svg", "gzip", NULL);
  g_autoptr (GConverter) opener = G_CONVERTER (g_zlib_decompressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP));
  char buffer[30000];
  gsize read, written;

  g_assert_cmpuint (g_bytes_get_size (plain->content), ==, 20000);
  g_assert_null (get_field (plain, "Content-Encoding"));
  g_assert_cmpstr (get_field (packed, "Content-Encoding"), ==, "gzip");
  g_assert_cmpstr (get_field (plain, "Vary"), ==, "Accept-Encoding");
  g_assert_cmpstr (get_field (packed, "Vary"), ==, "Accept-Encoding");
  g_assert_cmpstr (get_field (plain, "ETag"), !=, get_field (packed, "ETag"));
  g_assert_cmpstr (plain->type, ==, packed->type);
  g_assert_cmpuint (g_bytes_get_size (packed->content), <, 1000);
  g_assert_cmpint (g_converter_convert (opener, g_bytes_get_data (packed->content, NULL), g_bytes_get_size (packed->content), buffer, sizeof buffer,
                                        G_CONVERTER_INPUT_AT_END, &read, &written, NULL),
                   ==, G_CONVERTER_FINISHED);
  g_assert_cmpmem (buffer, written, g_bytes_get_data (plain->content, NULL), 20000);
  g_assert_null (get_field (small, "Content-Encoding")); /* it would not become smaller */
}

static void
test_known (void)
{
  g_autofree char *directory = NULL;
  g_autoptr (GHashTable) assets = read_assets (&directory);

  for (guint i = 0; i < 2; i++) {
    const char *encoding = i == 0 ? NULL : "gzip";
    g_autoptr (MadoHttpAnswer) first = ask (assets, "/main.js", encoding, NULL);
    g_autoptr (MadoHttpAnswer) second = ask (assets, "/main.js", encoding, get_field (first, "ETag"));
    g_autoptr (MadoHttpAnswer) third = ask (assets, "/main.js", encoding, "\"other\"");
    g_assert_cmpuint (second->status, ==, 304);
    g_assert_null (second->content);
    g_assert_cmpstr (get_field (second, "ETag"), ==, get_field (first, "ETag"));
    g_assert_cmpuint (third->status, ==, 200);
  }
}

static void
test_none (void)
{
  g_autofree char *directory = g_dir_make_tmp ("assetXXXXXX", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_null (mado_assets_read (directory, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_clear_error (&error);
  g_assert_null (mado_assets_read ("/nonexistent", &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/asset/paths", test_paths);
  g_test_add_func ("/web/asset/compressed", test_compressed);
  g_test_add_func ("/web/asset/known", test_known);
  g_test_add_func ("/web/asset/none", test_none);
  return g_test_run ();
}
