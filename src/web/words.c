/* words.c: see words.h. */
#include "madoguchi/web/words.h"
#include "madoguchi/base/catalogue.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/model/taxonomy.h"
#include "madoguchi/web/asset.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define MAX_CATALOGUE (1024 * 1024)
#define MAX_LANGUAGES 50

static void
add_sentence (gpointer data, const char *sentence, const char *translation)
{
  json_object_set_string_member (data, sentence, translation);
}

GBytes *
mado_words_to_json (GBytes *bytes, GError **error)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);

  json_node_take_object (root, json_object_new ());
  if (mado_catalogue_each (bytes, add_sentence, json_node_get_object (root))) {
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
