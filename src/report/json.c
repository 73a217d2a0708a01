/* json.c: see json.h. Called by json-formats.c and the readers in the opener's child. json-glib is shown nothing that has not
 * been through json-clean.c. */
#include "madoguchi/report/json.h"

#include <string.h>

MadoJsonLimits
mado_json_limits (const MadoConf *conf)
{
  MadoJsonLimits limits = { 8 * 1024 * 1024, 64, 200000 };

  if (conf != NULL) {
    limits.bytes = (gsize) mado_conf_int (conf, "formats", "size");
    limits.depth = (guint) MIN (mado_conf_int (conf, "formats", "depth"), MADO_JSON_DEPTH_MAX);
    limits.values = (guint) mado_conf_int (conf, "formats", "values");
  }
  return limits;
}

static void
add_problem (MadoJson *json, const char *text)
{
  g_ptr_array_add (json->problems, g_strdup (text));
}

/* (transfer full, nullable) the text in @bytes, without a byte order mark; NULL: it is in no encoding of JSON. */
static char *
decode (const char *data, gsize size, gsize *length, MadoJson *json)
{
  const char *charset = NULL;
  char *text;

  if (size >= 2 && (memcmp (data, "\xff\xfe", 2) == 0 || (data[0] != '\0' && data[1] == '\0')))
    charset = "UTF-16LE";
  else if (size >= 2 && (memcmp (data, "\xfe\xff", 2) == 0 || (data[0] == '\0' && data[1] != '\0')))
    charset = "UTF-16BE";
  if (charset != NULL) {
    text = g_convert (data, (gssize) size, "UTF-8", charset, NULL, length, NULL);
  } else if (g_utf8_validate_len (data, size, NULL) || memchr (data, '\0', size) != NULL) { /* zeros: refused later */
    text = g_malloc (size + 1);
    memcpy (text, data, size);
    *length = size;
  } else {
    text = g_utf8_make_valid (data, (gssize) size);
    *length = strlen (text);
    add_problem (json, "has bytes that are no UTF-8; they are shown as U+FFFD.");
  }
  if (text != NULL && *length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0) {
    *length -= 3;
    memmove (text, text + 3, *length);
  }
  return text;
}

static guint
count_members (JsonNode *node)
{
  guint count = 0;

  if (JSON_NODE_HOLDS_OBJECT (node)) {
    JsonObjectIter iter;
    JsonNode *member;
    json_object_iter_init (&iter, json_node_get_object (node));
    while (json_object_iter_next (&iter, NULL, &member))
      count += 1 + count_members (member);
  } else if (JSON_NODE_HOLDS_ARRAY (node)) {
    JsonArray *array = json_node_get_array (node);
    for (guint i = 0; i < json_array_get_length (array); i++)
      count += count_members (json_array_get_element (array, i));
  }
  return count;
}

static void
tell_mended (MadoJson *json, const MadoJsonClean *clean, guint members)
{
  static const struct {
    guint flag;
    const char *text;
  } words[] = {
    { MADO_JSON_MENDED_CONTROL, "has control characters in a string." },
    { MADO_JSON_MENDED_NUL, "has a NUL character in a string; it is shown as U+FFFD." },
    { MADO_JSON_MENDED_SURROGATE, "has half of a character in a string; it is shown as U+FFFD." },
    { MADO_JSON_MENDED_NUMBER, "has a number that is no number of JSON, or longer than computers count; it is taken for a string." },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if ((clean->mended & words[i].flag) != 0)
      add_problem (json, words[i].text);
  if (members < clean->members)
    add_problem (json, "has an object that names a member twice; the last one counts.");
}

/* Adds the tree of one clean text. */
static gboolean
parse (MadoJson *json, const char *text, gsize size)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode *root;

  if (!json_parser_load_from_data (parser, text, (gssize) size, NULL))
    return FALSE;
  root = json_parser_steal_root (parser);
  if (root == NULL)
    return FALSE;
  g_ptr_array_add (json->roots, root);
  return TRUE;
}

void
mado_json_read (GBytes *bytes, const MadoJsonLimits *limits, MadoJson *json)
{
  gsize size, length = 0, at = 0;
  const char *data = g_bytes_get_data (bytes, &size);
  g_auto (MadoJsonClean) clean = { 0 };
  g_autofree char *text = NULL;
  guint members = 0;

  json->roots = g_ptr_array_new_with_free_func ((GDestroyNotify) json_node_unref);
  json->problems = g_ptr_array_new_with_free_func (g_free);
  text = size > limits->bytes ? NULL : decode (size == 0 ? "" : data, size, &length, json);
  if (text == NULL) {
    add_problem (json, size > limits->bytes ? "cannot be read: it has more bytes than [formats] size." : "cannot be read: it is in no encoding of Unicode.");
    return;
  }
  mado_json_clean (text, length, limits, &clean);
  json->values = clean.values;
  g_clear_pointer (&text, g_free);
  for (guint i = 0; i < clean.ends->len; i++) {
    gsize end = g_array_index (clean.ends, gsize, i);
    if (!parse (json, clean.text->str + at, end - at))
      add_problem (json, "has a text that the JSON parser does not take.");
    at = end;
  }
  if (clean.trouble != NULL)
    g_ptr_array_add (json->problems, g_strdup_printf ("%s: %s.", json->roots->len > 0 ? "cannot be read to its end" : "cannot be read", clean.trouble));
  for (guint i = 0; i < json->roots->len; i++)
    members += count_members (json->roots->pdata[i]);
  tell_mended (json, &clean, members);
}

void
mado_json_clear (MadoJson *json)
{
  g_clear_pointer (&json->roots, g_ptr_array_unref);
  g_clear_pointer (&json->problems, g_ptr_array_unref);
}

JsonNode *
mado_json_member (JsonNode *node, const char *name)
{
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  return json_object_get_member (json_node_get_object (node), name);
}

JsonNode *
mado_json_find (JsonNode *node, const char *path)
{
  g_auto (GStrv) names = g_strsplit (path, ".", -1);

  for (guint i = 0; names[i] != NULL && node != NULL; i++)
    node = mado_json_member (node, names[i]);
  return node;
}

guint
mado_json_count (JsonNode *node)
{
  if (node == NULL || JSON_NODE_HOLDS_NULL (node))
    return 0;
  return JSON_NODE_HOLDS_ARRAY (node) ? json_array_get_length (json_node_get_array (node)) : 1;
}

JsonNode *
mado_json_item (JsonNode *node, guint index)
{
  if (index >= mado_json_count (node))
    return NULL;
  return JSON_NODE_HOLDS_ARRAY (node) ? json_array_get_element (json_node_get_array (node), index) : node;
}

const char *
mado_json_string (JsonNode *node)
{
  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_STRING)
    return NULL;
  return json_node_get_string (node);
}

const char *
mado_json_get (JsonNode *node, const char *name)
{
  return mado_json_string (mado_json_member (node, name));
}

gboolean
mado_json_is (JsonNode *node, const char *name, const char *value)
{
  return g_strcmp0 (mado_json_get (node, name), value) == 0;
}

char *
mado_json_text (JsonNode *node)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (node == NULL || !JSON_NODE_HOLDS_VALUE (node))
    return NULL;
  if (json_node_get_value_type (node) == G_TYPE_STRING)
    return g_strdup (json_node_get_string (node));
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    return g_strdup (json_node_get_boolean (node) ? "true" : "false");
  if (json_node_get_value_type (node) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  return g_strdup (g_ascii_formatd (number, sizeof number, "%.15g", json_node_get_double (node)));
}
