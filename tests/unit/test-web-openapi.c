/* test-web-openapi.c: every call of the table stands in the document, with its arguments, and nothing else does. */
#include "madoguchi/web/api.h"
#include "madoguchi/web/openapi.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* (nullable) what stands at the path and the method of @call. */
static JsonObject *
find (JsonObject *paths, const MadoApiCall *call)
{
  g_autofree char *method = g_ascii_strdown (call->method, -1);
  JsonObject *path = json_object_has_member (paths, call->path) ? json_object_get_object_member (paths, call->path) : NULL;

  return path != NULL && json_object_has_member (path, method) ? json_object_get_object_member (path, method) : NULL;
}

static gboolean
has_parameter (JsonObject *operation, const MadoApiArgument *argument)
{
  JsonArray *list = json_object_has_member (operation, "parameters") ? json_object_get_array_member (operation, "parameters") : NULL;
  const char *place = argument->place == MADO_API_PATH ? "path" : "query";

  for (guint i = 0; list != NULL && i < json_array_get_length (list); i++) {
    JsonObject *one = json_array_get_object_element (list, i);
    if (strcmp (json_object_get_string_member_with_default (one, "name", ""), argument->name) == 0
        && strcmp (json_object_get_string_member_with_default (one, "in", ""), place) == 0)
      return json_object_get_boolean_member_with_default (one, "required", FALSE) == argument->is_needed;
  }
  return FALSE;
}

static void
test_calls (void)
{
  g_autoptr (JsonNode) node = mado_openapi_document ();
  JsonObject *document = json_node_get_object (node), *paths = json_object_get_object_member (document, "paths");

  g_assert_true (g_str_has_prefix (json_object_get_string_member (document, "openapi"), "3."));
  for (const MadoApiCall *call = mado_api_calls; call->method != NULL; call++) {
    JsonObject *operation = find (paths, call);
    g_test_message ("%s %s", call->method, call->path);
    g_assert_nonnull (operation);
    g_assert_true (json_object_has_member (operation, "responses"));
    gboolean has_content = FALSE;
    for (const MadoApiArgument *argument = call->arguments; argument->name != NULL; argument++) {
      has_content = has_content || argument->place == MADO_API_CONTENT;
      if (argument->place != MADO_API_CONTENT)
        g_assert_true (has_parameter (operation, argument));
    }
    g_assert_true (!has_content || json_object_has_member (operation, "requestBody"));
  }
}

/* The table itself: each way once, every name in braces is an argument, and each row has an end. */
static void
test_table (void)
{
  static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", NULL };
  g_autoptr (GHashTable) ways = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (const MadoApiCall *call = mado_api_calls; call->method != NULL; call++) {
    guint n = 0;
    g_assert_true (g_hash_table_add (ways, g_strdup_printf ("%s %s", call->method, call->path)));
    for (; n < MADO_API_ARGUMENTS && call->arguments[n].name != NULL; n++) {
      g_autofree char *braces = g_strdup_printf ("{%s}", call->arguments[n].name);
      g_assert_cmpint (strstr (call->path, braces) != NULL, ==, call->arguments[n].place == MADO_API_PATH);
    }
    g_assert_cmpuint (n, <, MADO_API_ARGUMENTS);
    g_assert_true (g_strv_contains (methods, call->method));
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/web/openapi/calls", test_calls);
  g_test_add_func ("/web/openapi/table", test_table);
  return g_test_run ();
}
