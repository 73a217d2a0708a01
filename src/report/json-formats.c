/* json-formats.c: see json-formats.h. Called by formats.c in the opener's child, for every file of a mail: a look at its label
 * and at its first bytes has to be enough to let the others pass. */
#include "madoguchi/report/json-formats.h"

#include "madoguchi/report/csaf.h"
#include "madoguchi/report/iodef-json.h"
#include "madoguchi/report/json.h"
#include "madoguchi/report/misp.h"
#include "madoguchi/report/stix.h"
#include "madoguchi/report/veris.h"
#include "madoguchi/report/xarf.h"

#include <string.h>

/* The first that says yes has the object. */
static const MadoJsonReader readers[] = {
  mado_xarf_read, mado_stix_read, mado_misp_read, mado_iodef_json_read, mado_csaf_read, mado_veris_read,
};

static gboolean
is_labelled (const MadoDocument *document)
{
  static const char *const types[] = { "application/json", "text/json", "application/x-json", "application/x-ndjson",
                                       "application/jsonl", "application/jsonlines", "application/stix", NULL };
  static const char *const endings[] = { ".json", ".jsonl", ".ndjson", ".stix", ".xarf", ".misp" };
  g_autofree char *name = document->filename == NULL ? NULL : g_ascii_strdown (document->filename, -1);

  if (g_strv_contains (types, document->type) || g_str_has_suffix (document->type, "+json"))
    return TRUE;
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (name, endings[i]))
      return TRUE;
  return FALSE;
}

static gsize
skip (const char *data, gsize size, gsize at)
{
  while (at < size && g_ascii_isspace (data[at]))
    at++;
  return at;
}

/* An object with a member, or a list of objects: nothing else begins like that. */
static gboolean
looks_like (const MadoDocument *document)
{
  gsize size, at, next;
  const char *data = g_bytes_get_data (document->bytes, &size);

  if (!g_str_has_prefix (document->type, "text/plain") && strcmp (document->type, "application/octet-stream") != 0)
    return FALSE;
  at = skip (data, size, size >= 3 && memcmp (data, "\xef\xbb\xbf", 3) == 0 ? 3 : 0);
  next = skip (data, size, at + 1);
  if (next >= size)
    return FALSE;
  return (data[at] == '{' && data[next] == '"') || (data[at] == '[' && data[next] == '{');
}

static gboolean
read_object (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output)
{
  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
    if (readers[i](root, document, output))
      return TRUE;
  return FALSE;
}

/* An object, or a list of them: how many were of a format. */
static guint
read_root (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output)
{
  guint count = 0;

  for (guint i = 0; i < mado_json_count (root) && output->left_out == 0; i++) {
    JsonNode *item = mado_json_item (root, i);
    if (JSON_NODE_HOLDS_OBJECT (item))
      count += read_object (item, document, output) ? 1 : 0;
  }
  return count;
}

/* (transfer full) what is in @document. JSON is UTF-8, but a text of a mail may be in any charset that its label names. */
static GBytes *
get_bytes (const MadoDocument *document, const MadoFormatOutput *output, gsize max)
{
  gsize size;
  const char *data = g_bytes_get_data (document->bytes, &size);
  gboolean is_plain = size == 0 || (memchr (data, '\x1b', size) == NULL && g_utf8_validate_len (data, size, NULL));
  char *text;

  if (is_plain || size > max || !g_str_has_prefix (document->type, "text/") || memchr (data, '\0', size) != NULL)
    return g_bytes_ref (document->bytes);
  text = mado_format_text (document, output, max);
  return g_bytes_new_take (text, strlen (text));
}

gboolean
mado_json_formats_read (const MadoDocument *document, MadoFormatOutput *output)
{
  MadoJsonLimits limits = mado_json_limits (output->conf);
  g_autoptr (GBytes) bytes = NULL;
  g_auto (MadoJson) json = { 0 };
  guint count = 0;

  if (!is_labelled (document) && !looks_like (document))
    return FALSE;
  bytes = get_bytes (document, output, limits.bytes);
  limits.values -= MIN (output->values, limits.values);
  mado_json_read (bytes, &limits, &json);
  output->values += json.values;
  for (guint i = 0; i < json.roots->len; i++)
    count += read_root (json.roots->pdata[i], document, output);
  for (guint i = 0; i < json.problems->len; i++)
    mado_format_problem (output, document, "the JSON %s", (const char *) json.problems->pdata[i]);
  if (json.roots->len == 0 && json.problems->len == 0)
    mado_format_problem (output, document, "the JSON is empty.");
  else if (count == 0 && json.roots->len > 0)
    mado_format_problem (output, document, "the JSON is in no format that is read; it stays an attachment.");
  return TRUE;
}
