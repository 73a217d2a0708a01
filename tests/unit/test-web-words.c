/* test-web-words.c: catalogues of gettext as the page's sentences; damaged ones. */
#include "madoguchi/base/error.h"
#include "madoguchi/web/asset.h"
#include "madoguchi/web/words.h"

#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <string.h>

typedef struct {
  const char *text;
  gsize length;
} Text;

#define TEXT(literal) { literal, sizeof literal - 1 }

static void
put_number (GByteArray *file, guint32 number, gboolean is_swapped)
{
  number = is_swapped ? GUINT32_SWAP_LE_BE (number) : number;
  g_byte_array_append (file, (const guint8 *) &number, sizeof number);
}

/* @count pairs, a sentence and its translation. */
static GByteArray *
make_catalogue (const Text *texts, guint count, gboolean is_swapped)
{
  GByteArray *file = g_byte_array_new ();
  guint32 at = 28 + 16 * count;

  put_number (file, 0x950412deu, is_swapped);
  put_number (file, 0, is_swapped);
  put_number (file, count, is_swapped);
  put_number (file, 28, is_swapped);
  put_number (file, 28 + 8 * count, is_swapped);
  put_number (file, 0, is_swapped);
  put_number (file, 0, is_swapped);
  for (guint side = 0; side < 2; side++)
    for (guint i = 0; i < count; i++) {
      put_number (file, (guint32) texts[2 * i + side].length, is_swapped);
      put_number (file, at, is_swapped);
      at += (guint32) texts[2 * i + side].length + 1;
    }
  for (guint side = 0; side < 2; side++)
    for (guint i = 0; i < count; i++)
      g_byte_array_append (file, (const guint8 *) texts[2 * i + side].text, (guint) texts[2 * i + side].length + 1);
  return file;
}

static const Text samples[] = {
  TEXT (""), TEXT ("Language: ja\n"),
  TEXT ("Queue"), TEXT ("\xe5\x8f\x97\xe4\xbb\x98\xe4\xb8\x80\xe8\xa6\xa7"),
  TEXT ("say \"{n}\""), TEXT ("<{n}>"),
  TEXT ("not yet"), TEXT (""),
  TEXT ("menu\004Open"), TEXT ("A"),
  TEXT ("mail\0mails"), TEXT ("B\0C"),
};

static void
test_sentences (gconstpointer data)
{
  g_autoptr (GByteArray) file = make_catalogue (samples, G_N_ELEMENTS (samples) / 2, GPOINTER_TO_INT (data));
  g_autoptr (GBytes) bytes = g_byte_array_free_to_bytes (g_steal_pointer (&file));
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) json = mado_words_to_json (bytes, &error);

  g_assert_no_error (error);
  g_autoptr (JsonParser) parser = json_parser_new ();
  json_parser_load_from_data (parser, g_bytes_get_data (json, NULL), (gssize) g_bytes_get_size (json), &error);
  g_assert_no_error (error);
  JsonObject *object = json_node_get_object (json_parser_get_root (parser));
  g_assert_cmpuint (json_object_get_size (object), ==, 2);
  g_assert_cmpstr (json_object_get_string_member (object, "Queue"), ==, "受付一覧");
  g_assert_cmpstr (json_object_get_string_member (object, "say \"{n}\""), ==, "<{n}>");
}

static void
assert_damaged (const guint8 *bytes, gsize length)
{
  g_autofree guint8 *exact = g_memdup2 (bytes, length); /* a byte too far shows under the sanitizer */
  g_autoptr (GBytes) copy = g_bytes_new_static (exact, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) json = mado_words_to_json (copy, &error);

  g_assert_null (json);
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
}

static void
test_cut_off (void)
{
  g_autoptr (GByteArray) file = make_catalogue (samples, G_N_ELEMENTS (samples) / 2, FALSE);

  for (guint length = 0; length < file->len; length++)
    assert_damaged (file->data, length);
}

/* Each number of the header and of both tables, set to what cannot be. */
static void
test_numbers (void)
{
  static const guint32 bad[] = { 0xffffffffu, 0x80000000u, 0x7fffffffu, 100000 };
  guint count = G_N_ELEMENTS (samples) / 2;

  for (guint at = 0; at < 28 + 16 * count; at += 4)
    for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
      if (at == 20 || at == 24) /* the hash table, which is not read */
        continue;
      g_autoptr (GByteArray) file = make_catalogue (samples, count, FALSE);
      guint32 wrong = at == 4 ? 0x20000 : bad[i];
      memcpy (file->data + at, &wrong, sizeof wrong);
      assert_damaged (file->data, file->len);
    }
}

static void
test_encoding (void)
{
  static const Text texts[] = { TEXT ("Queue"), TEXT ("\x8e\xf3\x95\x74") };
  g_autoptr (GByteArray) file = make_catalogue (texts, 1, FALSE);

  assert_damaged (file->data, file->len);
}

static void
free_asset (gpointer data)
{
  MadoAsset *asset = data;

  g_bytes_unref (asset->bytes);
  g_free (asset->etag);
  g_clear_pointer (&asset->packed, g_bytes_unref);
  g_free (asset->packed_etag);
  g_free (asset);
}

static void
test_directory (void)
{
  g_autoptr (GHashTable) assets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_asset);
  g_autoptr (GByteArray) file = make_catalogue (samples, G_N_ELEMENTS (samples) / 2, FALSE);
  g_autoptr (GError) error = NULL;
  g_autofree char *directory = g_dir_make_tmp ("words-XXXXXX", &error);
  g_autofree char *japanese = g_build_filename (directory, "ja.mo", NULL), *other = g_build_filename (directory, "x y.mo", NULL);
  g_autofree char *none = g_build_filename (directory, "none", NULL);

  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (japanese, (const char *) file->data, file->len, NULL) && g_file_set_contents (other, "x", 1, NULL));
  g_assert_true (mado_words_add (assets, directory, &error) && mado_words_add (assets, none, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (assets), ==, 1);
  const MadoAsset *asset = g_hash_table_lookup (assets, "/words.ja.json");
  g_assert_nonnull (asset);
  g_assert_cmpstr (asset->type, ==, "application/json");

  g_assert_true (g_file_set_contents (japanese, (const char *) file->data, 30, NULL));
  g_assert_false (mado_words_add (assets, directory, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_CONF);
  g_unlink (japanese);
  g_unlink (other);
  g_rmdir (directory);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/web/words/sentences", GINT_TO_POINTER (FALSE), test_sentences);
  g_test_add_data_func ("/web/words/other-byte-order", GINT_TO_POINTER (TRUE), test_sentences);
  g_test_add_func ("/web/words/cut-off", test_cut_off);
  g_test_add_func ("/web/words/numbers", test_numbers);
  g_test_add_func ("/web/words/encoding", test_encoding);
  g_test_add_func ("/web/words/directory", test_directory);
  return g_test_run ();
}
