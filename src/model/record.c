/* record.c: see record.h. Pure: no files, no processes. */
#include "madoguchi/model/record.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"

#include <string.h>

#define DEFAULT_MAX 4096
#define DEFAULT_MAX_ITEMS 1000

#define AT(record, field, T) (*(T *) ((char *) (record) + (field)->offset))

gpointer
mado_record_new (const MadoRecordType *type)
{
  gpointer record = g_malloc0 (type->size);

  for (const MadoField *field = type->fields; field->name != NULL; field++)
    if (field->kind == MADO_FIELD_STRV || field->kind == MADO_FIELD_MAP)
      AT (record, field, char **) = g_new0 (char *, 1);
    else if (field->kind == MADO_FIELD_LIST)
      AT (record, field, GPtrArray *) = g_ptr_array_new ();
  return record;
}

static void
free_list (const MadoRecordType *type, GPtrArray *list)
{
  for (guint i = 0; list != NULL && i < list->len; i++)
    mado_record_free (type, list->pdata[i]);
  if (list != NULL)
    g_ptr_array_free (list, TRUE);
}

void
mado_record_free (const MadoRecordType *type, gpointer record)
{
  if (record == NULL)
    return;
  for (const MadoField *field = type->fields; field->name != NULL; field++)
    switch (field->kind) {
    case MADO_FIELD_STRING:
      g_free (AT (record, field, char *));
      break;
    case MADO_FIELD_STRV:
    case MADO_FIELD_MAP:
      g_strfreev (AT (record, field, char **));
      break;
    case MADO_FIELD_RECORD:
      mado_record_free (field->type, AT (record, field, gpointer));
      break;
    case MADO_FIELD_LIST:
      free_list (field->type, AT (record, field, GPtrArray *));
      break;
    case MADO_FIELD_BOOL:
    case MADO_FIELD_INT:
    case MADO_FIELD_TIME:
    case MADO_FIELD_ENUM:
      break;
    }
  g_free (record);
}

/* What a mail said is not always UTF-8: mended here as in a variant. */
static char **
copy_strings (char **list)
{
  char **copy = g_new0 (char *, g_strv_length (list) + 1);

  for (gsize i = 0; list[i] != NULL; i++)
    copy[i] = g_utf8_make_valid (list[i], -1);
  return copy;
}

static void
copy_field (const MadoField *field, gconstpointer from, gpointer to)
{
  switch (field->kind) {
  case MADO_FIELD_STRING:
    if (AT (from, field, char *) != NULL)
      AT (to, field, char *) = g_utf8_make_valid (AT (from, field, char *), -1);
    break;
  case MADO_FIELD_STRV:
  case MADO_FIELD_MAP:
    if (AT (from, field, char **) == NULL)
      break;
    g_strfreev (AT (to, field, char **));
    AT (to, field, char **) = copy_strings (AT (from, field, char **));
    break;
  case MADO_FIELD_RECORD:
    AT (to, field, gpointer) = mado_record_copy (field->type, AT (from, field, gpointer));
    break;
  case MADO_FIELD_LIST:
    for (guint i = 0; AT (from, field, GPtrArray *) != NULL && i < AT (from, field, GPtrArray *)->len; i++)
      g_ptr_array_add (AT (to, field, GPtrArray *), mado_record_copy (field->type, AT (from, field, GPtrArray *)->pdata[i]));
    break;
  case MADO_FIELD_BOOL:
    AT (to, field, gboolean) = AT (from, field, gboolean);
    break;
  case MADO_FIELD_INT:
  case MADO_FIELD_TIME:
    AT (to, field, gint64) = AT (from, field, gint64);
    break;
  case MADO_FIELD_ENUM:
    AT (to, field, int) = AT (from, field, int);
    break;
  }
}

/* Not by way of the variant: that has maxima, and what was read from a mail may still be over them. */
gpointer
mado_record_copy (const MadoRecordType *type, gconstpointer record)
{
  gpointer copy = record != NULL ? mado_record_new (type) : NULL;

  for (const MadoField *field = type->fields; copy != NULL && field->name != NULL; field++)
    copy_field (field, record, copy);
  return copy;
}

/* What a mail said is not always UTF-8, and a variant holds nothing else. */
static GVariant *
strings_to_variant (char **list)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (gsize i = 0; list[i] != NULL; i++)
    g_variant_builder_add_value (&builder, g_variant_new_take_string (g_utf8_make_valid (list[i], -1)));
  return g_variant_builder_end (&builder);
}

static gboolean
clamp_string (char **text, gsize max)
{
  if (*text == NULL || strlen (*text) <= max)
    return FALSE;
  char *cut = mado_text_truncate (*text, max);
  g_free (*text);
  *text = cut;
  return TRUE;
}

static gboolean
clamp_strings (char **list, gsize max, gsize max_items)
{
  gboolean is_cut = FALSE;

  for (gsize i = 0; list != NULL && list[i] != NULL; i++) {
    if (i >= max_items) {
      g_clear_pointer (&list[i], g_free);
      for (gsize rest = i + 1; list[rest] != NULL; rest++)
        g_clear_pointer (&list[rest], g_free);
      return TRUE;
    }
    is_cut = clamp_string (&list[i], max) || is_cut;
  }
  return is_cut;
}

static gboolean
clamp_list (const MadoRecordType *type, GPtrArray *list, gsize max_items)
{
  gboolean is_cut = FALSE;

  while (list != NULL && list->len > max_items) {
    mado_record_free (type, list->pdata[list->len - 1]);
    g_ptr_array_set_size (list, (gint) list->len - 1);
    is_cut = TRUE;
  }
  for (guint i = 0; list != NULL && i < list->len; i++)
    is_cut = mado_record_clamp (type, list->pdata[i]) || is_cut;
  return is_cut;
}

static gboolean
clamp_field (const MadoField *field, gpointer record)
{
  gsize max = field->max != 0 ? field->max : DEFAULT_MAX;
  gsize max_items = field->max_items != 0 ? field->max_items : DEFAULT_MAX_ITEMS;

  switch (field->kind) {
  case MADO_FIELD_STRING:
    return clamp_string (&AT (record, field, char *), max);
  case MADO_FIELD_STRV:
    return clamp_strings (AT (record, field, char **), max, max_items);
  case MADO_FIELD_MAP:
    return clamp_strings (AT (record, field, char **), max, max_items & ~(gsize) 1);
  case MADO_FIELD_RECORD:
    return AT (record, field, gpointer) != NULL && mado_record_clamp (field->type, AT (record, field, gpointer));
  case MADO_FIELD_LIST:
    return clamp_list (field->type, AT (record, field, GPtrArray *), max_items);
  case MADO_FIELD_BOOL:
  case MADO_FIELD_INT:
  case MADO_FIELD_TIME:
  case MADO_FIELD_ENUM:
    break;
  }
  return FALSE;
}

gboolean
mado_record_clamp (const MadoRecordType *type, gpointer record)
{
  gboolean is_cut = FALSE;

  for (const MadoField *field = type->fields; field->name != NULL; field++)
    is_cut = clamp_field (field, record) || is_cut;
  return is_cut;
}

static GVariant *
list_to_variant (const MadoField *field, GPtrArray *list)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < list->len; i++)
    g_variant_builder_add_value (&builder, mado_record_to_variant (field->type, list->pdata[i]));
  return g_variant_builder_end (&builder);
}

/* (transfer floating) the field's value; NULL when it is zero. */
static GVariant *
field_to_variant (const MadoField *field, gconstpointer record)
{
  switch (field->kind) {
  case MADO_FIELD_STRING: {
    const char *text = AT (record, field, char *);
    return text != NULL ? g_variant_new_take_string (g_utf8_make_valid (text, -1)) : NULL;
  }
  case MADO_FIELD_STRV:
  case MADO_FIELD_MAP: {
    char **list = AT (record, field, char **);
    return list != NULL && list[0] != NULL ? strings_to_variant (list) : NULL;
  }
  case MADO_FIELD_BOOL:
    return AT (record, field, gboolean) ? g_variant_new_boolean (TRUE) : NULL;
  case MADO_FIELD_INT:
  case MADO_FIELD_TIME: {
    gint64 number = AT (record, field, gint64);
    return number != 0 ? g_variant_new_int64 (number) : NULL;
  }
  case MADO_FIELD_ENUM: {
    int index = AT (record, field, int);
    return index != 0 ? g_variant_new_string (field->names[index]) : NULL;
  }
  case MADO_FIELD_RECORD: {
    gpointer inner = AT (record, field, gpointer);
    return inner != NULL ? mado_record_to_variant (field->type, inner) : NULL;
  }
  case MADO_FIELD_LIST: {
    GPtrArray *list = AT (record, field, GPtrArray *);
    return list != NULL && list->len > 0 ? list_to_variant (field, list) : NULL;
  }
  }
  return NULL;
}

GVariant *
mado_record_to_variant (const MadoRecordType *type, gconstpointer record)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  for (const MadoField *field = type->fields; field->name != NULL; field++) {
    GVariant *value = field_to_variant (field, record);
    if (value != NULL)
      g_variant_builder_add (&builder, "{sv}", field->name, value);
  }
  return g_variant_builder_end (&builder);
}

static gboolean
complain (GError **error, int code, const MadoRecordType *type, const MadoField *field, const char *what)
{
  g_set_error (error, MADO_ERROR, code, "%s.%s: %s", type->name, field->name, what);
  return FALSE;
}

static gboolean
read_strings (const MadoRecordType *type, const MadoField *field, GVariant *value, char ***out, GError **error)
{
  gsize max = field->max != 0 ? field->max : DEFAULT_MAX;
  gsize max_items = field->max_items != 0 ? field->max_items : DEFAULT_MAX_ITEMS;

  if (g_variant_n_children (value) > max_items)
    return complain (error, MADO_ERROR_LIMIT, type, field, "too many");
  if (field->kind == MADO_FIELD_MAP && g_variant_n_children (value) % 2 != 0)
    return complain (error, MADO_ERROR_PERM, type, field, "a name without a value");
  g_auto (GStrv) list = g_variant_dup_strv (value, NULL);
  for (gsize i = 0; list[i] != NULL; i++)
    if (strlen (list[i]) > max)
      return complain (error, MADO_ERROR_LIMIT, type, field, "too long");
  g_strfreev (*out);
  *out = g_steal_pointer (&list);
  return TRUE;
}

static gboolean
read_list (const MadoRecordType *type, const MadoField *field, GVariant *value, GPtrArray *list, GError **error)
{
  gsize n = g_variant_n_children (value);

  if (n > (field->max_items != 0 ? field->max_items : DEFAULT_MAX_ITEMS))
    return complain (error, MADO_ERROR_LIMIT, type, field, "too many");
  for (gsize i = 0; i < n; i++) {
    g_autoptr (GVariant) child = g_variant_get_child_value (value, i);
    gpointer inner = mado_record_from_variant (field->type, child, error);
    if (inner == NULL)
      return FALSE;
    g_ptr_array_add (list, inner);
  }
  return TRUE;
}

static gboolean
read_enum (const MadoRecordType *type, const MadoField *field, const char *name, int *index, GError **error)
{
  for (int i = 0; field->names[i] != NULL; i++)
    if (strcmp (field->names[i], name) == 0) {
      *index = i;
      return TRUE;
    }
  return complain (error, MADO_ERROR_PERM, type, field, "no such word");
}

static const char *
variant_signature (MadoFieldKind kind)
{
  static const char *const table[] = {
    [MADO_FIELD_STRING] = "s", [MADO_FIELD_STRV] = "as", [MADO_FIELD_BOOL] = "b", [MADO_FIELD_INT] = "x",
    [MADO_FIELD_TIME] = "x",   [MADO_FIELD_ENUM] = "s",  [MADO_FIELD_RECORD] = "a{sv}", [MADO_FIELD_LIST] = "aa{sv}",
    [MADO_FIELD_MAP] = "as",
  };
  return table[kind];
}

static gboolean
read_field (const MadoRecordType *type, const MadoField *field, GVariant *value, gpointer record, GError **error)
{
  if (!g_variant_is_of_type (value, G_VARIANT_TYPE (variant_signature (field->kind))))
    return complain (error, MADO_ERROR_PERM, type, field, "of another type");
  switch (field->kind) {
  case MADO_FIELD_STRING:
    if (g_variant_get_size (value) - 1 > (field->max != 0 ? field->max : DEFAULT_MAX))
      return complain (error, MADO_ERROR_LIMIT, type, field, "too long");
    g_free (AT (record, field, char *));
    AT (record, field, char *) = g_variant_dup_string (value, NULL);
    return TRUE;
  case MADO_FIELD_STRV:
  case MADO_FIELD_MAP:
    return read_strings (type, field, value, &AT (record, field, char **), error);
  case MADO_FIELD_BOOL:
    AT (record, field, gboolean) = g_variant_get_boolean (value);
    return TRUE;
  case MADO_FIELD_INT:
  case MADO_FIELD_TIME:
    AT (record, field, gint64) = g_variant_get_int64 (value);
    return TRUE;
  case MADO_FIELD_ENUM:
    return read_enum (type, field, g_variant_get_string (value, NULL), &AT (record, field, int), error);
  case MADO_FIELD_RECORD:
    mado_record_free (field->type, AT (record, field, gpointer));
    AT (record, field, gpointer) = mado_record_from_variant (field->type, value, error);
    return AT (record, field, gpointer) != NULL;
  case MADO_FIELD_LIST:
    return read_list (type, field, value, AT (record, field, GPtrArray *), error);
  }
  return FALSE;
}

static gssize
find_field (const MadoRecordType *type, const char *name)
{
  for (gsize i = 0; i < 64 && type->fields[i].name != NULL; i++)
    if (strcmp (type->fields[i].name, name) == 0)
      return (gssize) i;
  return -1;
}

gpointer
mado_record_from_variant (const MadoRecordType *type, GVariant *variant, GError **error)
{
  gpointer record;
  GVariantIter iter;
  GVariant *value;
  const char *name;
  guint64 seen = 0; /* no record has more than 64 fields */
  gboolean ok = TRUE;

  if (!g_variant_is_of_type (variant, G_VARIANT_TYPE_VARDICT)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s: not a record", type->name);
    return NULL;
  }
  record = mado_record_new (type);
  g_variant_iter_init (&iter, variant);
  while (ok && g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    gssize row = find_field (type, name);
    if (row >= 0 && !(seen & (G_GUINT64_CONSTANT (1) << row))) /* the first of a name counts */
      ok = read_field (type, &type->fields[row], value, record, error);
    seen |= row >= 0 ? G_GUINT64_CONSTANT (1) << row : 0;
    g_variant_unref (value);
  }
  if (!ok) {
    mado_record_free (type, record);
    return NULL;
  }
  return record;
}

GBytes *
mado_record_to_bytes (const MadoRecordType *type, gconstpointer record)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (mado_record_to_variant (type, record));

  return g_variant_get_data_as_bytes (variant);
}

gpointer
mado_record_from_bytes (const MadoRecordType *type, GBytes *bytes, GError **error)
{
  g_autoptr (GVariant) variant = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, bytes, FALSE));

  if (!g_variant_is_normal_form (variant)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s: not in normal form", type->name);
    return NULL;
  }
  return mado_record_from_variant (type, variant, error);
}
