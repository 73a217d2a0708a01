/* api-list.c: see api-list.h. Called by api.c for each list in a content. Whether a file may go along is the keeper's business. */
#include "madoguchi/web/api-list.h"
#include "madoguchi/base/error.h"
#include "madoguchi/web/content.h"

#include <string.h>

#define MAX_LIST 1000

const char *const mado_api_list_file_fields[] = { "name", "type", "content", "sha256", NULL };

gboolean
mado_api_list_is (MadoApiType type)
{
  return type == MADO_API_STRINGS || type == MADO_API_INTEGERS || type == MADO_API_FILES;
}

static const char *
get_item_type (MadoApiType type)
{
  return type == MADO_API_STRINGS ? "s" : type == MADO_API_INTEGERS ? "x" : "a{sv}";
}

/* Base64 (RFC 4648, 4) and nothing else, so that nobody sends other bytes than he thinks. */
static gboolean
is_base64 (const char *text)
{
  gsize length = strlen (text), end = length;

  while (end > 0 && length - end < 2 && text[end - 1] == '=')
    end--;
  for (gsize i = 0; i < end; i++)
    if (!g_ascii_isalnum (text[i]) && text[i] != '+' && text[i] != '/')
      return FALSE;
  return length % 4 == 0;
}

/* (nullable, transfer floating) {"name", "type", "content"}. */
static GVariant *
read_file (JsonNode *node)
{
  JsonObject *object = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  GVariantDict file;
  guint known = 0;

  if (object == NULL || mado_content_string (node, "name") == NULL)
    return NULL;
  g_variant_dict_init (&file, NULL);
  for (const char *const *field = mado_api_list_file_fields; *field != NULL; field++) {
    const char *text = mado_content_string (node, *field);
    if (text == NULL || (strcmp (*field, "content") == 0 && !is_base64 (text)))
      continue;
    g_variant_dict_insert (&file, *field, "s", text);
    known++;
  }
  if (known == json_object_get_size (object))
    return g_variant_dict_end (&file);
  g_variant_dict_clear (&file);
  return NULL;
}

/* (nullable, transfer floating) */
static GVariant *
read_item (MadoApiType type, JsonNode *node)
{
  if (type == MADO_API_FILES)
    return read_file (node);
  if (type == MADO_API_STRINGS)
    return mado_content_is_text (node) ? g_variant_new_string (json_node_get_string (node)) : NULL;
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64 ? g_variant_new_int64 (json_node_get_int (node)) : NULL;
}

static gboolean
set_wrong (const MadoApiArgument *argument, GError **error)
{
  const char *what = argument->type == MADO_API_STRINGS    ? "texts"
                     : argument->type == MADO_API_INTEGERS ? "numbers"
                                                           : "files, each with name, type and content in base64,";

  g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: a list of %s is needed", argument->name, what);
  return FALSE;
}

gboolean
mado_api_list_add (GVariantDict *dict, const MadoApiArgument *argument, JsonNode *node, GError **error)
{
  JsonArray *array = JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
  g_autofree char *type = g_strdup_printf ("a%s", get_item_type (argument->type));
  GVariantBuilder builder;

  if (array == NULL || json_array_get_length (array) > MAX_LIST)
    return set_wrong (argument, error);
  g_variant_builder_init (&builder, G_VARIANT_TYPE (type));
  for (guint i = 0; i < json_array_get_length (array); i++) {
    GVariant *item = read_item (argument->type, json_array_get_element (array, i));
    if (item == NULL) {
      g_variant_builder_clear (&builder);
      return set_wrong (argument, error);
    }
    g_variant_builder_add_value (&builder, item);
  }
  g_variant_dict_insert_value (dict, argument->name, g_variant_builder_end (&builder));
  return TRUE;
}
