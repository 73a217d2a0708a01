/* content.c: see content.h. */
#include "madoguchi/web/content.h"
#include "madoguchi/base/error.h"

#include <string.h>

#define MAX_DEEP 32

/* json-glib reads by calling itself. */
static gboolean
is_flat (const char *text, gsize length)
{
  guint deep = 0;
  gboolean is_text = FALSE;

  for (gsize i = 0; i < length; i++) {
    if (is_text && text[i] == '\\')
      i++;
    else if (text[i] == '"')
      is_text = !is_text;
    else if (!is_text && (text[i] == '[' || text[i] == '{') && ++deep > MAX_DEEP)
      return FALSE;
    else if (!is_text && (text[i] == ']' || text[i] == '}') && deep > 0)
      deep--;
  }
  return TRUE;
}

static gboolean
is_json (const char *type)
{
  gsize length = strlen ("application/json");

  return type != NULL && g_ascii_strncasecmp (type, "application/json", length) == 0
         && (type[length] == '\0' || type[length] == ';' || type[length] == ' ');
}

JsonNode *
mado_content_read (const MadoHttpRequest *request, GError **error)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  gsize length;
  const char *text = g_bytes_get_data (mado_http_content (request), &length);
  const char *problem = NULL;

  if (length == 0) {
    g_autoptr (JsonObject) empty = json_object_new ();
    JsonNode *node = json_node_new (JSON_NODE_OBJECT);
    json_node_set_object (node, empty);
    return node;
  }
  if (!is_json (mado_http_header (request, "Content-Type")))
    problem = "the content has to be application/json";
  else if (!g_utf8_validate_len (text, length, NULL) || !is_flat (text, length) || !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    problem = "the content is no JSON";
  else if (!JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser)))
    problem = "the content is no JSON object";
  if (problem == NULL)
    return json_parser_steal_root (parser);
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, problem);
  return NULL;
}

const char *
mado_content_string (JsonNode *node, const char *name)
{
  JsonNode *member = json_object_get_member (json_node_get_object (node), name);

  return member != NULL && json_node_get_value_type (member) == G_TYPE_STRING ? json_node_get_string (member) : NULL;
}
