/* test-web-content.c: the JSON that requests bring: what is none, what only json-glib takes for JSON, and its limits. */
#include "madoguchi/base/error.h"
#include "madoguchi/web/content.h"
#include "madoguchi/web/http-request.h"

#include <string.h>

static JsonNode *
read_content (const char *type, const char *text, gsize length, GError **error)
{
  g_autoptr (MadoHttpRequest) request = mado_http_request_new ("POST", "/");
  g_autoptr (GBytes) content = g_bytes_new (text, length);

  if (type != NULL)
    mado_http_request_add (request, MADO_HTTP_FIELD, "Content-Type", type);
  mado_http_request_fill (request, content);
  return mado_content_read (request, error);
}

static gboolean
is_taken (const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = read_content ("application/json", text, length, &error);

  if (node == NULL)
    g_assert_error (error, MADO_ERROR, MADO_ERROR_USAGE);
  else
    g_assert_no_error (error);
  return node != NULL;
}

static void
test_json (void)
{
  static const struct {
    const char *text;
    gboolean is_json;
  } table[] = {
    { "{}", TRUE }, { " {\"a\": [1, -2.5e3, true, false, null, \"x\\n\\u3042\"]}\r\n", TRUE }, { "{\"a\": \"\\ud83d\\ude00\"}", TRUE },
    { "{\"a\": \"\\\"\"}", TRUE }, { "{\"あ\": \"い\"}", TRUE },
    { "[]", FALSE }, { "1", FALSE }, { "\"a\"", FALSE }, { "{", FALSE }, { "}", FALSE }, { "{}}", FALSE }, { "]", FALSE },
    { "{\"a\": 'b'}", FALSE }, { "/* */{}", FALSE }, { "// x\n{}", FALSE }, { "{\"a\": \"\\x41\"}", FALSE }, { "{\"a\": \"\\101\"}", FALSE },
    { "{\"a\": \"\\ud800\"}", FALSE }, { "{\"a\": \"\\ude00\\ud83d\"}", FALSE }, { "{\"a\": \"\\ud83dx\"}", FALSE },
    { "{\"a\": \"\\u0000\"}", FALSE }, { "{\"a\": \"\\u12\"}", FALSE }, { "{\"a\": \"\\", FALSE }, { "{\"a\": \"b", FALSE },
    { "{\"a\": \"b\nc\"}", FALSE }, { "{\"a\": \"\xff\"}", FALSE }, { "{\"a\": #1}", FALSE }, { "\xef\xbb\xbf{}", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    g_assert_cmpint (is_taken (table[i].text, strlen (table[i].text)), ==, table[i].is_json);
  g_assert_false (is_taken ("{\"a\": \"b\0c\"}", 12));
  g_assert_false (is_taken ("{}\0", 3));
}

static char *
repeat (const char *piece, guint count)
{
  GString *text = g_string_new (NULL);

  while (count-- > 0)
    g_string_append (text, piece);
  return g_string_free (text, FALSE);
}

static void
test_limits (void)
{
  for (guint depth = 30; depth < 35; depth++) {
    g_autofree char *open = repeat ("[", depth), *close = repeat ("]", depth);
    g_autofree char *text = g_strconcat ("{\"a\":", open, close, "}", NULL);
    g_assert_cmpint (is_taken (text, strlen (text)), ==, depth < 32);
  }
  for (guint count = 19990; count < 20010; count++) {
    g_autofree char *values = repeat ("1,", count);
    g_autofree char *text = g_strconcat ("{\"a\":[", values, "1]}", NULL);
    g_assert_cmpint (is_taken (text, strlen (text)), ==, count < 20000);
  }
}

static void
test_type (void)
{
  static const struct {
    const char *type;
    gboolean is_json;
  } table[] = {
    { "application/json", TRUE }, { "Application/JSON; charset=utf-8", TRUE }, { "application/json ", TRUE },
    { "application/jsonx", FALSE }, { "text/plain", FALSE }, { "application/x-www-form-urlencoded", FALSE }, { "", FALSE }, { NULL, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonNode) node = read_content (table[i].type, "{}", 2, &error);
    g_assert_cmpint (node != NULL, ==, table[i].is_json);
  }
  g_autoptr (JsonNode) empty = read_content (NULL, "", 0, NULL);
  g_assert_cmpuint (json_object_get_size (json_node_get_object (empty)), ==, 0);
}

static void
test_string (void)
{
  const char *text = "{\"a\": \"x\", \"b\": 1, \"c\": null, \"d\": [\"x\"]}";
  g_autoptr (JsonNode) node = read_content ("application/json", text, strlen (text), NULL);

  g_assert_cmpstr (mado_content_string (node, "a"), ==, "x");
  for (const char *name = "bcde"; *name != '\0'; name++) {
    char one[2] = { *name, '\0' };
    g_assert_null (mado_content_string (node, one));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/content/json", test_json);
  g_test_add_func ("/web/content/limits", test_limits);
  g_test_add_func ("/web/content/type", test_type);
  g_test_add_func ("/web/content/string", test_string);
  return g_test_run ();
}
