/* content.c: see content.h. */
#include "madoguchi/web/content.h"
#include "madoguchi/base/error.h"

#include <string.h>

#define MAX_DEEP 32
#define MAX_VALUES 20000 /* each takes some hundred bytes, however short it is written */

/* The number of the escape "\\uXXXX" that @text begins with; 0: it is none. */
static guint
read_escape (const char *text, const char *end)
{
  guint number = 0;

  if (end - text < 6 || text[0] != '\\' || text[1] != 'u')
    return 0;
  for (guint i = 2; i < 6; i++) {
    if (!g_ascii_isxdigit (text[i]))
      return 0;
    number = number * 16 + (guint) g_ascii_xdigit_value (text[i]);
  }
  return number;
}

/* (nullable) behind the escape at @text; NULL: it is none, or makes no text: a NUL, or half of a character. */
static const char *
skip_escape (const char *text, const char *end)
{
  guint number = read_escape (text, end);

  if (end - text >= 2 && text[1] != '\0' && strchr ("\"\\/bfnrt", text[1]) != NULL)
    return text + 2;
  if (number == 0 || (number >= 0xdc00 && number <= 0xdfff))
    return NULL;
  if (number < 0xd800 || number > 0xdbff)
    return text + 6;
  guint other = read_escape (text + 6, end);
  return other >= 0xdc00 && other <= 0xdfff ? text + 12 : NULL;
}

/* (nullable) behind the string whose first quote @text is. */
static const char *
skip_string (const char *text, const char *end)
{
  for (text++; text != NULL && text < end && *text != '"';)
    text = *text == '\\' ? skip_escape (text, end) : (guchar) *text < 0x20 ? NULL : text + 1;
  return text != NULL && text < end ? text + 1 : NULL;
}

/* json-glib reads by calling itself, keeps a node for each value, and knows more than JSON (RFC 8259): comments, other quotes, and escapes that make no UTF-8.
 * What it is shown is flat, not wide, and holds none of these. */
static gboolean
is_clean (const char *text, gsize length)
{
  const char *end = text + length;
  guint deep = 0, values = 0;

  while (text != NULL && text < end) {
    if ((*text == '[' || *text == '{') && ++deep > MAX_DEEP)
      return FALSE;
    if ((*text == ']' || *text == '}') && deep-- == 0)
      return FALSE;
    if ((*text == ',' || *text == ':') && ++values > MAX_VALUES)
      return FALSE;
    if (!g_ascii_isalnum (*text) && (*text == '\0' || strchr (" \t\r\n[]{}:,+-.\"", *text) == NULL))
      return FALSE;
    text = *text == '"' ? skip_string (text, end) : text + 1;
  }
  return text != NULL;
}

static gboolean
is_json (const char *type)
{
  gsize length = strlen ("application/json");

  return type != NULL && g_ascii_strncasecmp (type, "application/json", length) == 0
         && (type[length] == '\0' || type[length] == ';' || type[length] == ' ');
}

gboolean
mado_content_is_readable (const MadoHttpRequest *request)
{
  return g_bytes_get_size (mado_http_content (request)) == 0 || is_json (mado_http_header (request, "Content-Type"));
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
  else if (!g_utf8_validate_len (text, length, NULL) || !is_clean (text, length) || !json_parser_load_from_data (parser, text, (gssize) length, NULL))
    problem = "the content is no JSON";
  else if (json_parser_get_root (parser) == NULL || !JSON_NODE_HOLDS_OBJECT (json_parser_get_root (parser))) /* NULL: spaces alone */
    problem = "the content is no JSON object";
  if (problem == NULL)
    return json_parser_steal_root (parser);
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, problem);
  return NULL;
}

gboolean
mado_content_is_text (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
         && g_utf8_validate (json_node_get_string (node), -1, NULL);
}

const char *
mado_content_string (JsonNode *node, const char *name)
{
  JsonNode *member = json_object_get_member (json_node_get_object (node), name);

  return member != NULL && mado_content_is_text (member) ? json_node_get_string (member) : NULL;
}
