/* record-json.c: see record-json.h. */
#include "madoguchi/model/record-json.h"
#include "madoguchi/base/text.h"

#include <string.h>

#define AT(record, field, T) (*(T *) ((char *) (record) + (field)->offset))

static void build_record (JsonBuilder *builder, const MadoRecordType *type, gconstpointer record);

static void
add_string (JsonBuilder *builder, const char *text)
{
  if (text == NULL)
    json_builder_add_null_value (builder);
  else
    json_builder_add_string_value (builder, text);
}

static void
build_strings (JsonBuilder *builder, char **list)
{
  json_builder_begin_array (builder);
  for (gsize i = 0; list != NULL && list[i] != NULL; i++)
    json_builder_add_string_value (builder, list[i]);
  json_builder_end_array (builder);
}

static void
build_map (JsonBuilder *builder, char **list)
{
  json_builder_begin_object (builder);
  for (gsize i = 0; list != NULL && list[i] != NULL && list[i + 1] != NULL; i += 2) {
    json_builder_set_member_name (builder, list[i]);
    json_builder_add_string_value (builder, list[i + 1]);
  }
  json_builder_end_object (builder);
}

static void
build_list (JsonBuilder *builder, const MadoRecordType *type, GPtrArray *list)
{
  json_builder_begin_array (builder);
  for (guint i = 0; list != NULL && i < list->len; i++)
    build_record (builder, type, list->pdata[i]);
  json_builder_end_array (builder);
}

static void
build_time (JsonBuilder *builder, gint64 seconds)
{
  g_autofree char *text = seconds != 0 ? mado_text_time (seconds) : NULL;

  add_string (builder, text);
}

static void
build_field (JsonBuilder *builder, const MadoField *field, gconstpointer record)
{
  switch (field->kind) {
  case MADO_FIELD_STRING:
    add_string (builder, AT (record, field, const char *));
    break;
  case MADO_FIELD_STRV:
    build_strings (builder, AT (record, field, char **));
    break;
  case MADO_FIELD_MAP:
    build_map (builder, AT (record, field, char **));
    break;
  case MADO_FIELD_BOOL:
    json_builder_add_boolean_value (builder, AT (record, field, gboolean));
    break;
  case MADO_FIELD_INT:
    json_builder_add_int_value (builder, AT (record, field, gint64));
    break;
  case MADO_FIELD_TIME:
    build_time (builder, AT (record, field, gint64));
    break;
  case MADO_FIELD_ENUM: {
    const char *name = field->names[AT (record, field, int)];
    add_string (builder, *name != '\0' ? name : NULL);
    break;
  }
  case MADO_FIELD_RECORD:
    if (AT (record, field, gpointer) == NULL)
      json_builder_add_null_value (builder);
    else
      build_record (builder, field->type, AT (record, field, gpointer));
    break;
  case MADO_FIELD_LIST:
    build_list (builder, field->type, AT (record, field, GPtrArray *));
    break;
  }
}

static void
build_record (JsonBuilder *builder, const MadoRecordType *type, gconstpointer record)
{
  json_builder_begin_object (builder);
  if (type->schema != NULL) {
    json_builder_set_member_name (builder, "schema");
    json_builder_add_string_value (builder, type->schema);
  }
  for (const MadoField *field = type->fields; field->name != NULL; field++) {
    if (field->is_internal)
      continue;
    json_builder_set_member_name (builder, field->name);
    build_field (builder, field, record);
  }
  json_builder_end_object (builder);
}

JsonNode *
mado_record_to_json (const MadoRecordType *type, gconstpointer record)
{
  g_autoptr (JsonBuilder) builder = json_builder_new_immutable ();

  build_record (builder, type, record);
  return json_builder_get_root (builder);
}

/* Would a terminal obey this character, or draw what follows elsewhere? JSON-GLib escapes only those below U+0020. */
static gboolean
is_steering (gunichar c)
{
  return (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e)
         || (c >= 0x2066 && c <= 0x2069) || c == 0xfeff;
}

/* (transfer full) @json with those characters as escapes: they stand in strings only, where that means the same. */
static char *
escape_steering (const char *json)
{
  GString *out = g_string_sized_new (strlen (json) + 1);
  const char *done = json;

  for (const char *p = json; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = (guchar) *p < 0x7f ? ' ' : g_utf8_get_char (p);
    if (!is_steering (c))
      continue;
    g_string_append_len (out, done, p - done);
    g_string_append_printf (out, "\\u%04x", c);
    done = g_utf8_next_char (p);
  }
  g_string_append (out, done);
  return g_string_free (out, FALSE);
}

static char *
generate (JsonNode *node, gboolean is_pretty)
{
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *json = NULL;

  json_generator_set_root (generator, node);
  json_generator_set_pretty (generator, is_pretty);
  json = json_generator_to_data (generator, NULL);
  return escape_steering (json);
}

static void build_body (JsonBuilder *builder, GVariant *body);

static void
build_value (JsonBuilder *builder, GVariant *value)
{
  if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING)) {
    const char *text = g_variant_get_string (value, NULL);
    add_string (builder, *text != '\0' ? text : NULL);
  } else if (g_variant_is_of_type (value, G_VARIANT_TYPE_INT64)) {
    json_builder_add_int_value (builder, g_variant_get_int64 (value));
  } else if (g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN)) {
    json_builder_add_boolean_value (builder, g_variant_get_boolean (value));
  } else if (g_variant_is_of_type (value, G_VARIANT_TYPE_VARDICT)) {
    build_body (builder, value);
  } else if (g_variant_is_of_type (value, G_VARIANT_TYPE_STRING_ARRAY) || g_variant_is_of_type (value, G_VARIANT_TYPE ("aa{sv}"))) {
    json_builder_begin_array (builder);
    for (gsize i = 0; i < g_variant_n_children (value); i++) {
      g_autoptr (GVariant) item = g_variant_get_child_value (value, i);
      if (g_variant_is_of_type (item, G_VARIANT_TYPE_STRING))
        json_builder_add_string_value (builder, g_variant_get_string (item, NULL));
      else
        build_body (builder, item);
    }
    json_builder_end_array (builder);
  } else {
    json_builder_add_null_value (builder);
  }
}

static void
build_body (JsonBuilder *builder, GVariant *body)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  json_builder_begin_object (builder);
  g_variant_iter_init (&iter, body);
  while (g_variant_iter_loop (&iter, "{&sv}", &name, &value)) {
    json_builder_set_member_name (builder, name);
    build_value (builder, value);
  }
  json_builder_end_object (builder);
}

JsonNode *
mado_body_to_json (GVariant *body)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  build_body (builder, body);
  return json_builder_get_root (builder);
}

char *
mado_json_line (JsonNode *node)
{
  return generate (node, FALSE);
}

char *
mado_json_pretty (JsonNode *node)
{
  return generate (node, TRUE);
}
