/* asset.c: see asset.h. */
#include "madoguchi/web/asset.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/web/negotiate.h"

#include <gio/gio.h>
#include <string.h>

#define MAX_FILE (4 * 1024 * 1024)
#define MAX_FILES 200

static const char *
get_type (const char *name)
{
  static const char *const types[][2] = {
    { ".html", "text/html; charset=utf-8" }, { ".js", "text/javascript; charset=utf-8" }, { ".css", "text/css; charset=utf-8" },
    { ".svg", "image/svg+xml" }, { ".json", "application/json" }, { ".png", "image/png" }, { ".ico", "image/x-icon" },
    { ".woff2", "font/woff2" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_str_has_suffix (name, types[i][0]))
      return types[i][1];
  return NULL;
}

static void
asset_free (gpointer data)
{
  MadoAsset *asset = data;

  g_bytes_unref (asset->bytes);
  g_clear_pointer (&asset->packed, g_bytes_unref);
  g_free (asset->etag);
  g_free (asset->packed_etag);
  g_free (asset);
}

/* (nullable, transfer full) @bytes by gzip, if they become smaller. */
static GBytes *
pack (GBytes *bytes)
{
  g_autoptr (GZlibCompressor) compressor = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
  gsize length, read, written;
  const void *data = g_bytes_get_data (bytes, &length);
  g_autofree guint8 *buffer = g_malloc (length + 1);

  if (length == 0
      || g_converter_convert (G_CONVERTER (compressor), data, length, buffer, length, G_CONVERTER_INPUT_AT_END, &read, &written, NULL)
             != G_CONVERTER_FINISHED)
    return NULL; /* it does not fit */
  return g_bytes_new (buffer, written);
}

void
mado_assets_put (GHashTable *assets, const char *path, const char *type, GBytes *bytes)
{
  MadoAsset *asset = g_new0 (MadoAsset, 1);
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);

  asset->type = type;
  asset->bytes = g_bytes_ref (bytes);
  asset->etag = g_strdup_printf ("\"%.32s\"", sum);
  asset->packed = pack (bytes);
  asset->packed_etag = g_strdup_printf ("\"%.32s-gzip\"", sum);
  g_hash_table_insert (assets, g_strdup (path), asset);
}

static gboolean
read_asset (GHashTable *assets, const char *directory, const char *name, GError **error)
{
  g_autofree char *file = g_build_filename (directory, name, NULL);
  const char *type = get_type (name);
  g_autofree char *path = strcmp (name, "index.html") == 0 ? g_strdup ("/") : g_strconcat ("/", name, NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (type == NULL || !g_file_test (file, G_FILE_TEST_IS_REGULAR))
    return TRUE;
  if (!mado_fsio_read_file (file, MAX_FILE, &bytes, error))
    return FALSE;
  mado_assets_put (assets, path, type, bytes);
  return TRUE;
}

GHashTable *
mado_assets_read (const char *directory, GError **error)
{
  g_autoptr (GHashTable) assets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, asset_free);
  g_autoptr (GError) problem = NULL;
  g_autoptr (GDir) dir = g_dir_open (directory, 0, &problem);
  const char *name;

  while (dir != NULL && problem == NULL && g_hash_table_size (assets) < MAX_FILES && (name = g_dir_read_name (dir)) != NULL)
    read_asset (assets, directory, name, &problem);
  if (problem == NULL && g_hash_table_contains (assets, "/"))
    return g_steal_pointer (&assets);
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "the page's files: %s", problem != NULL ? problem->message : "index.html is missing");
  return NULL;
}

MadoHttpAnswer *
mado_assets_answer (GHashTable *assets, const MadoHttpRequest *request)
{
  const MadoAsset *asset = g_hash_table_lookup (assets, mado_http_path (request));

  if (asset == NULL)
    return NULL;
  gboolean is_packed = asset->packed != NULL && mado_negotiate_has_gzip (request);
  const char *etag = is_packed ? asset->packed_etag : asset->etag;
  gboolean is_same = mado_negotiate_is_known (request, etag);
  GBytes *bytes = is_packed ? asset->packed : asset->bytes;
  MadoHttpAnswer *answer = mado_http_answer_new (is_same ? 304 : 200, is_same ? NULL : asset->type, is_same ? NULL : bytes);
  if (is_packed && !is_same)
    mado_http_answer_add (answer, "Content-Encoding", "gzip");
  mado_http_answer_add (answer, "Vary", "Accept-Encoding");
  mado_http_answer_add (answer, "ETag", etag);
  mado_http_answer_add (answer, "Cache-Control", "no-cache");
  return answer;
}
