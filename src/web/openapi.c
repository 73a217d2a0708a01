/* openapi.c: see openapi.h. Paths and arguments come from api-calls.c, records from their field tables: what is not there cannot be
 * promised. */
#include "madoguchi/web/openapi.h"
#include "madoguchi/model/record-json.h"
#include "madoguchi/web/api.h"
#include "madoguchi/web/api-list.h"
#include "madoguchi/web/visitor.h"

#include <string.h>

static void
set (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
}

static void
begin (JsonBuilder *builder, const char *name)
{
  json_builder_set_member_name (builder, name);
  json_builder_begin_object (builder);
}

static void
refer (JsonBuilder *builder, const MadoRecordType *type)
{
  g_autofree char *where = g_strdup_printf ("#/components/schemas/%s", type->name);

  json_builder_begin_object (builder);
  set (builder, "$ref", where);
  json_builder_end_object (builder);
}

/* --- records -------------------------------------------------------------------------------------------- */

static void
add_types (JsonBuilder *builder, const char *type, gboolean may_be_null)
{
  if (!may_be_null) {
    set (builder, "type", type);
    return;
  }
  json_builder_set_member_name (builder, "type");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, type);
  json_builder_add_string_value (builder, "null");
  json_builder_end_array (builder);
}

static void
add_array (JsonBuilder *builder, const MadoRecordType *type)
{
  set (builder, "type", "array");
  json_builder_set_member_name (builder, "items");
  if (type != NULL) {
    refer (builder, type);
    return;
  }
  json_builder_begin_object (builder);
  set (builder, "type", "string");
  json_builder_end_object (builder);
}

static void
add_enum (JsonBuilder *builder, const char *const *names)
{
  json_builder_set_member_name (builder, "enum");
  json_builder_begin_array (builder);
  for (; *names != NULL; names++)
    if (**names != '\0')
      json_builder_add_string_value (builder, *names);
    else
      json_builder_add_null_value (builder);
  json_builder_end_array (builder);
}

static void
add_field (JsonBuilder *builder, const MadoField *field)
{
  begin (builder, field->name);
  switch (field->kind) {
  case MADO_FIELD_STRING:
    add_types (builder, "string", TRUE);
    break;
  case MADO_FIELD_TIME:
    add_types (builder, "string", TRUE);
    set (builder, "format", "date-time");
    break;
  case MADO_FIELD_INT:
    add_types (builder, "integer", FALSE);
    break;
  case MADO_FIELD_BOOL:
    add_types (builder, "boolean", FALSE);
    break;
  case MADO_FIELD_ENUM:
    add_enum (builder, field->names);
    break;
  case MADO_FIELD_MAP:
    add_types (builder, "object", FALSE);
    break;
  case MADO_FIELD_STRV:
    add_array (builder, NULL);
    break;
  case MADO_FIELD_LIST:
    add_array (builder, field->type);
    break;
  case MADO_FIELD_RECORD:
    json_builder_set_member_name (builder, "anyOf");
    json_builder_begin_array (builder);
    refer (builder, field->type);
    json_builder_begin_object (builder);
    set (builder, "type", "null");
    json_builder_end_object (builder);
    json_builder_end_array (builder);
    break;
  }
  json_builder_end_object (builder);
}

/* A record and all that stand in it, each once. */
static void
add_schema (JsonBuilder *builder, const MadoRecordType *type, GHashTable *done)
{
  if (type == NULL || !g_hash_table_add (done, (gpointer) type->name))
    return;
  begin (builder, type->name);
  set (builder, "type", "object");
  begin (builder, "properties");
  for (const MadoField *field = type->fields; field->name != NULL; field++)
    if (!field->is_internal)
      add_field (builder, field);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  for (const MadoField *field = type->fields; field->name != NULL; field++)
    if (!field->is_internal && field->type != NULL)
      add_schema (builder, field->type, done);
}

/* --- paths ---------------------------------------------------------------------------------------------- */

static void
add_file_schema (JsonBuilder *builder)
{
  begin (builder, "properties");
  for (const char *const *name = mado_api_list_file_fields; *name != NULL; name++) {
    begin (builder, *name);
    set (builder, "type", "string");
    json_builder_end_object (builder);
  }
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "required");
  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, mado_api_list_file_fields[0]);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "additionalProperties");
  json_builder_add_boolean_value (builder, FALSE);
}

static void
add_argument_schema (JsonBuilder *builder, const MadoApiArgument *argument)
{
  static const char *const names[] = { "string", "integer", "boolean", "string", "integer", "object" };
  gboolean is_list = mado_api_list_is (argument->type);

  if (is_list) {
    set (builder, "type", "array");
    begin (builder, "items");
  }
  set (builder, "type", names[argument->type]);
  if (argument->type == MADO_API_FILES)
    add_file_schema (builder);
  if (is_list)
    json_builder_end_object (builder);
}

static void
add_parameters (JsonBuilder *builder, const MadoApiCall *call)
{
  json_builder_set_member_name (builder, "parameters");
  json_builder_begin_array (builder);
  for (const MadoApiArgument *argument = call->arguments; argument->name != NULL; argument++) {
    if (argument->place == MADO_API_CONTENT)
      continue;
    json_builder_begin_object (builder);
    set (builder, "name", argument->name);
    set (builder, "in", argument->place == MADO_API_PATH ? "path" : "query");
    set (builder, "description", argument->help);
    json_builder_set_member_name (builder, "required");
    json_builder_add_boolean_value (builder, argument->is_needed);
    begin (builder, "schema");
    add_argument_schema (builder, argument);
    json_builder_end_object (builder);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_content (JsonBuilder *builder, const MadoApiCall *call)
{
  begin (builder, "requestBody");
  begin (builder, "content");
  begin (builder, "application/json");
  begin (builder, "schema");
  set (builder, "type", "object");
  begin (builder, "properties");
  for (const MadoApiArgument *argument = call->arguments; argument->name != NULL; argument++) {
    if (argument->place != MADO_API_CONTENT)
      continue;
    begin (builder, argument->name);
    set (builder, "description", argument->help);
    add_argument_schema (builder, argument);
    json_builder_end_object (builder);
  }
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "required");
  json_builder_begin_array (builder);
  for (const MadoApiArgument *argument = call->arguments; argument->name != NULL; argument++)
    if (argument->place == MADO_API_CONTENT && argument->is_needed)
      json_builder_add_string_value (builder, argument->name);
  json_builder_end_array (builder);
  json_builder_set_member_name (builder, "additionalProperties");
  json_builder_add_boolean_value (builder, FALSE);
  for (guint i = 0; i < 4; i++)
    json_builder_end_object (builder);
}

static void
add_answer_schema (JsonBuilder *builder, const MadoApiCall *call)
{
  json_builder_set_member_name (builder, "schema");
  if (call->kind == MADO_API_RECORD) {
    refer (builder, call->type);
    return;
  }
  json_builder_begin_object (builder);
  set (builder, "type", call->kind == MADO_API_FILE ? "string" : "object");
  if (call->kind == MADO_API_ITEMS) {
    begin (builder, "properties");
    begin (builder, "items");
    add_array (builder, call->type);
    json_builder_end_object (builder);
    json_builder_end_object (builder);
  }
  json_builder_end_object (builder);
}

static void
add_operation (JsonBuilder *builder, const MadoApiCall *call)
{
  g_autofree char *method = g_ascii_strdown (call->method, -1);

  begin (builder, method);
  set (builder, "operationId", call->verb);
  set (builder, "summary", call->help);
  add_parameters (builder, call);
  if (strcmp (call->method, "POST") == 0 || strcmp (call->method, "PUT") == 0)
    add_content (builder, call);
  begin (builder, "responses");
  begin (builder, "200");
  set (builder, "description", call->has_version ? "Done; ETag is the version of the ticket, for If-Match" : "Done");
  begin (builder, "content");
  begin (builder, call->kind == MADO_API_FILE ? "application/octet-stream" : "application/json");
  add_answer_schema (builder, call);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  begin (builder, "default");
  set (builder, "description", "Problem details (RFC 9457)");
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

/* Of the calls with its path? */
static gboolean
is_first (const MadoApiCall *call)
{
  const MadoApiCall *first = mado_api_calls;

  while (strcmp (first->path, call->path) != 0)
    first++;
  return first == call;
}

static void
add_path (JsonBuilder *builder, const char *path)
{
  begin (builder, path);
  for (const MadoApiCall *call = mado_api_calls; call->method != NULL; call++)
    if (strcmp (call->path, path) == 0)
      add_operation (builder, call);
  json_builder_end_object (builder);
}

/* One of both. */
static void
add_security (JsonBuilder *builder)
{
  static const char *const names[] = { "session", "token" };

  json_builder_set_member_name (builder, "security");
  json_builder_begin_array (builder);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    json_builder_begin_object (builder);
    json_builder_set_member_name (builder, names[i]);
    json_builder_begin_array (builder);
    json_builder_end_array (builder);
    json_builder_end_object (builder);
  }
  json_builder_end_array (builder);
}

static void
add_schemes (JsonBuilder *builder)
{
  begin (builder, "securitySchemes");
  begin (builder, "session");
  set (builder, "type", "apiKey");
  set (builder, "in", "cookie");
  set (builder, "name", MADO_VISITOR_COOKIE);
  set (builder, "description", "Of the page; what changes something also needs " MADO_VISITOR_PROOF ": \"proof\" of /session");
  json_builder_end_object (builder);
  begin (builder, "token");
  set (builder, "type", "http");
  set (builder, "scheme", "bearer");
  set (builder, "description", "Of a script: madoguchi members token add; within its scopes (docs/members.md)");
  json_builder_end_object (builder);
  json_builder_end_object (builder);
}

JsonNode *
mado_openapi_document (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (GHashTable) done = g_hash_table_new (g_str_hash, g_str_equal);

  json_builder_begin_object (builder);
  set (builder, "openapi", "3.1.0");
  begin (builder, "info");
  set (builder, "title", "Madoguchi");
  set (builder, "version", "1");
  json_builder_end_object (builder);
  json_builder_set_member_name (builder, "servers");
  json_builder_begin_array (builder);
  json_builder_begin_object (builder);
  set (builder, "url", "/api/v1");
  json_builder_end_object (builder);
  json_builder_end_array (builder);
  begin (builder, "paths");
  for (const MadoApiCall *call = mado_api_calls; call->method != NULL; call++)
    if (is_first (call))
      add_path (builder, call->path);
  json_builder_end_object (builder);
  add_security (builder);
  begin (builder, "components");
  add_schemes (builder);
  begin (builder, "schemas");
  for (const MadoApiCall *call = mado_api_calls; call->method != NULL; call++)
    add_schema (builder, call->type, done);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  return json_builder_get_root (builder);
}

MadoHttpAnswer *
mado_openapi_answer (void)
{
  g_autoptr (JsonNode) node = mado_openapi_document ();
  g_autofree char *text = mado_json_line (node);
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return mado_http_answer_new (200, "application/json", bytes);
}
