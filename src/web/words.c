/* words.c: see words.h. The format is in the manual of gettext, "The Format of GNU MO Files": a magic number that tells the byte order, a
 * revision, and two tables of length and place, of the sentences and of their translations. */
#include "madoguchi/web/words.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/model/taxonomy.h"
#include "madoguchi/web/asset.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_CATALOGUE (1024 * 1024)
#define MAX_SENTENCES 10000
#define MAX_LANGUAGES 50
#define MAGIC 0x950412deu
#define HEADER 20 /* bytes that are read of it: magic, revision, how many, where the sentences, where the translations are */

typedef struct {
  const guchar *bytes;
  gsize length;
  gboolean is_swapped;
} Catalogue;

/* @at: at least 4 bytes before the end. */
static guint32
read_number (const Catalogue *catalogue, gsize at)
{
  guint32 number;

  memcpy (&number, catalogue->bytes + at, sizeof number);
  return catalogue->is_swapped ? GUINT32_SWAP_LE_BE (number) : number;
}

/* (nullable) the text that entry @i of the table at @table names; NULL: it is not in the file, has no end, or another one before it is
 * over. A plural holds its forms one after the other, each with its end: that is @is_plural. */
static const char *
find_text (const Catalogue *catalogue, gsize table, guint32 i, gboolean *is_plural)
{
  gsize length = read_number (catalogue, table + 8 * (gsize) i), at = read_number (catalogue, table + 8 * (gsize) i + 4);

  if (at >= catalogue->length || length >= catalogue->length - at || catalogue->bytes[at + length] != '\0')
    return NULL;
  *is_plural = memchr (catalogue->bytes + at, '\0', length) != NULL;
  const char *text = (const char *) catalogue->bytes + at;
  return g_utf8_validate (text, -1, NULL) ? text : NULL;
}

/* Is a table of @count entries at @at within the file? */
static gboolean
has_table (const Catalogue *catalogue, gsize at, guint32 count)
{
  return at >= HEADER && at <= catalogue->length && (gsize) count * 8 <= catalogue->length - at;
}

static gboolean
open_catalogue (Catalogue *catalogue, GBytes *bytes)
{
  gsize length = 0;

  catalogue->bytes = g_bytes_get_data (bytes, &length);
  catalogue->length = length;
  if (length < HEADER || length > MAX_CATALOGUE)
    return FALSE;
  guint32 magic = read_number (catalogue, 0);
  catalogue->is_swapped = magic != MAGIC;
  return (magic == MAGIC || GUINT32_SWAP_LE_BE (magic) == MAGIC) && read_number (catalogue, 4) >> 16 <= 1
         && read_number (catalogue, 8) <= MAX_SENTENCES && has_table (catalogue, read_number (catalogue, 12), read_number (catalogue, 8))
         && has_table (catalogue, read_number (catalogue, 16), read_number (catalogue, 8));
}

/* FALSE: an entry is damaged. */
static gboolean
add_sentences (const Catalogue *catalogue, JsonObject *object)
{
  guint32 count = read_number (catalogue, 8), sentences = read_number (catalogue, 12), translations = read_number (catalogue, 16);

  for (guint32 i = 0; i < count; i++) {
    gboolean is_plural = FALSE, is_form = FALSE;
    const char *sentence = find_text (catalogue, sentences, i, &is_plural);
    const char *translation = find_text (catalogue, translations, i, &is_form);
    if (sentence == NULL || translation == NULL)
      return FALSE;
    if (*sentence != '\0' && *translation != '\0' && !is_plural && !is_form && strchr (sentence, '\004') == NULL)
      json_object_set_string_member (object, sentence, translation);
  }
  return TRUE;
}

GBytes *
mado_words_to_json (GBytes *bytes, GError **error)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  Catalogue catalogue = { 0 };

  json_node_take_object (root, json_object_new ());
  if (open_catalogue (&catalogue, bytes) && add_sentences (&catalogue, json_node_get_object (root))) {
    char *text = json_to_string (root, FALSE);
    return g_bytes_new_take (text, strlen (text));
  }
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_CONF, "not a whole catalogue of gettext");
  return NULL;
}

/* @name: "ja.mo". */
static gboolean
add_language (GHashTable *assets, const char *directory, const char *name, GError **error)
{
  g_autofree char *file = g_build_filename (directory, name, NULL);
  g_autofree char *path = g_strdup_printf ("/words.%.*s.json", (int) (strlen (name) - strlen (".mo")), name);
  g_autoptr (GBytes) catalogue = NULL, json = NULL;

  if (!mado_fsio_read_file (file, MAX_CATALOGUE, &catalogue, error) || (json = mado_words_to_json (catalogue, error)) == NULL) {
    g_prefix_error (error, "%s: ", file);
    return FALSE;
  }
  mado_assets_put (assets, path, "application/json", json);
  return TRUE;
}

void
mado_words_add_categories (GHashTable *assets)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  const char *category, *title;

  json_node_take_object (root, json_object_new ());
  for (guint i = 0; mado_taxonomy_nth (i, &category, &title); i++)
    json_object_set_string_member (json_node_get_object (root), category, title);
  char *text = json_to_string (root, FALSE);
  g_autoptr (GBytes) json = g_bytes_new_take (text, strlen (text));
  mado_assets_put (assets, "/categories.json", "application/json", json);
}

gboolean
mado_words_add (GHashTable *assets, const char *directory, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (directory, 0, NULL);
  g_autoptr (GError) problem = NULL;
  const char *name;
  guint count = 0;

  while (dir != NULL && problem == NULL && count < MAX_LANGUAGES && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".mo") && strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") == strlen (name) - 3) {
      add_language (assets, directory, name, &problem);
      count++;
    }
  if (problem == NULL)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[web] words: %s", problem->message);
  return FALSE;
}
