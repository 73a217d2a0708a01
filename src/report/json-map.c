/* json-map.c: see json-map.h. Called by the readers of JSON formats in the opener's child. */
#include "madoguchi/report/json-map.h"

#include "madoguchi/base/hash.h"
#include "madoguchi/model/tlp.h"
#include "madoguchi/report/json.h"

#include <string.h>

#define PATH_MAX_BYTES 1000
#define NUMBER_MAX 120

typedef struct {
  MadoRecordDraft *draft;
  const MadoMapRow *rows;
  GString *shown;   /* "Samples[0].Name" */
  GString *general; /* "Samples[].Name" */
} Map;

const char *
mado_json_tlp (const char *word)
{
  static const struct {
    const char *word;
    MadoTlpLevel level;
  } words[] = {
    { "white", MADO_TLP_CLEAR }, { "clear", MADO_TLP_CLEAR }, { "green", MADO_TLP_GREEN },
    { "amber", MADO_TLP_AMBER }, { "amber+strict", MADO_TLP_AMBER_STRICT }, { "red", MADO_TLP_RED },
  };

  if (g_ascii_strncasecmp (word, "tlp:", 4) == 0)
    word += 4;
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (word, words[i].word) == 0)
      return mado_tlp_name (words[i].level);
  return NULL;
}

gint64
mado_json_time (const char *text)
{
  gsize digits = strspn (text, "0123456789");

  if (text[digits] == '\0' && digits >= 9 && digits <= 11)
    return g_ascii_strtoll (text, NULL, 10);
  if (strlen (text) == 10 && text[4] == '-' && text[7] == '-') {
    g_autofree char *midnight = g_strconcat (text, "T00:00:00Z", NULL);
    return mado_format_time (midnight);
  }
  return mado_format_time (text);
}

static void
set_once (char **to, const char *value, gsize max)
{
  if (*to == NULL)
    *to = mado_format_visible (value, max);
}

static void
set_time (gint64 *to, const char *value)
{
  if (*to == 0)
    *to = mado_json_time (value);
}

static MadoMailbox *
need_reporter (MadoReportRecord *record)
{
  if (record->reporter == NULL)
    record->reporter = mado_mailbox_new ();
  return record->reporter;
}

static void
use_tlp (MadoReportRecord *record, const char *value)
{
  const char *name = mado_json_tlp (value);
  char *strictest = g_strdup (mado_tlp_stricter (record->tlp, name));

  g_free (record->tlp);
  record->tlp = strictest;
}

/* A number that other tickets are found by, and that stands in subjects: one word, without what marks the end of a number. */
static void
use_number (MadoRecordDraft *draft, const char *value)
{
  g_autofree char *visible = mado_format_visible (value, NUMBER_MAX);

  if (*visible != '\0' && strpbrk (visible, " \t\r\n[]") == NULL && !draft->record->is_evidence
      && draft->output->external_ids->len < MADO_FORMAT_RECORDS_MAX)
    g_ptr_array_add (draft->output->external_ids, g_steal_pointer (&visible));
}

static void
use_list (MadoRecordDraft *draft, MadoMapUse use, const char *value)
{
  if (use == MADO_MAP_SOURCE)
    mado_record_draft_source (draft, value);
  else if (use == MADO_MAP_TARGET)
    mado_record_draft_target (draft, value);
  else if (use == MADO_MAP_REFERENCE)
    mado_record_draft_reference (draft, value);
  else if (use == MADO_MAP_EXTERNAL)
    use_number (draft, value);
}

void
mado_json_use (MadoRecordDraft *draft, MadoMapUse use, const char *value)
{
  MadoReportRecord *record = draft->record;
  char **const strings[] = {
    [MADO_MAP_ID] = &record->id, [MADO_MAP_TYPE] = &record->type, [MADO_MAP_VERSION] = &record->version,
    [MADO_MAP_TITLE] = &record->title, [MADO_MAP_DESCRIPTION] = &record->description, [MADO_MAP_REQUEST] = &record->request,
    [MADO_MAP_ORGANIZATION] = &record->organization,
  };
  gint64 *const times[] = { [MADO_MAP_REPORTED] = &record->reported, [MADO_MAP_DETECTED] = &record->detected,
                            [MADO_MAP_STARTED] = &record->started, [MADO_MAP_ENDED] = &record->ended };

  if (value == NULL || *value == '\0')
    return;
  if (use < G_N_ELEMENTS (strings) && strings[use] != NULL)
    set_once (strings[use], value, 4096);
  else if (use < G_N_ELEMENTS (times) && times[use] != NULL)
    set_time (times[use], value);
  else if (use == MADO_MAP_NAME)
    set_once (&need_reporter (record)->name, value, 1000);
  else if (use == MADO_MAP_ADDRESS)
    set_once (&need_reporter (record)->address, value, 1000);
  else if (use == MADO_MAP_TLP)
    use_tlp (record, value);
  else
    use_list (draft, use, value);
}

static gboolean
is_path (const char *path, const char *pattern)
{
  gsize size = strlen (pattern);

  if (pattern[0] == '*')
    return g_str_has_suffix (path, pattern + 1);
  if (pattern[size - 1] == '*')
    return strncmp (path, pattern, size - 1) == 0;
  return strcmp (path, pattern) == 0;
}

static const MadoMapRow *
find_row (const Map *map)
{
  for (const MadoMapRow *row = map->rows; row->path != NULL; row++)
    if (is_path (map->general->str, row->path))
      return row;
  return NULL;
}

static void
take_value (MadoRecordDraft *draft, JsonNode *node, const char *name, const MadoMapRow *row)
{
  g_autofree char *value = mado_json_text (node);

  if (value == NULL)
    return;
  if (row != NULL)
    mado_json_use (draft, row->use, value);
  if (row != NULL && row->is_note)
    mado_record_draft_note (draft, name, value);
  else
    mado_record_draft_field (draft, name, value);
}

void
mado_json_pick (MadoRecordDraft *draft, JsonNode *node, const MadoMapRow *rows)
{
  for (const MadoMapRow *row = rows; row->path != NULL; row++)
    take_value (draft, mado_json_find (node, row->path), row->path, row);
}

static void walk (Map *map, JsonNode *node);

static void
walk_object (Map *map, JsonNode *node)
{
  gsize shown = map->shown->len, general = map->general->len;
  JsonObjectIter iter;
  const char *name;
  JsonNode *member;

  json_object_iter_init_ordered (&iter, json_node_get_object (node));
  while (json_object_iter_next_ordered (&iter, &name, &member)) {
    const char *dot = shown > 0 ? "." : "";
    if (general + strlen (name) > PATH_MAX_BYTES) {
      map->draft->was_cut = TRUE;
      continue;
    }
    g_string_append_printf (map->shown, "%s%s", dot, name);
    g_string_append_printf (map->general, "%s%s", general > 0 ? "." : "", name);
    walk (map, member);
    g_string_truncate (map->shown, shown);
    g_string_truncate (map->general, general);
  }
}

static void
walk_array (Map *map, JsonNode *node)
{
  gsize shown = map->shown->len, general = map->general->len;
  JsonArray *array = json_node_get_array (node);

  for (guint i = 0; i < json_array_get_length (array); i++) {
    g_string_append_printf (map->shown, "[%u]", i);
    g_string_append (map->general, "[]");
    walk (map, json_array_get_element (array, i));
    g_string_truncate (map->shown, shown);
    g_string_truncate (map->general, general);
  }
}

/* As deep as json-clean.c lets it be. */
static void
walk (Map *map, JsonNode *node)
{
  const MadoMapRow *row = find_row (map);

  if (row != NULL && row->use == MADO_MAP_SKIP)
    return;
  if (JSON_NODE_HOLDS_OBJECT (node))
    walk_object (map, node);
  else if (JSON_NODE_HOLDS_ARRAY (node))
    walk_array (map, node);
  else
    take_value (map->draft, node, map->shown->str, row);
}

void
mado_json_map (MadoRecordDraft *draft, JsonNode *node, const char *prefix, const MadoMapRow *rows)
{
  Map map = { draft, rows, g_string_new (prefix), g_string_new (NULL) };

  if (node != NULL)
    walk (&map, node);
  g_string_free (map.shown, TRUE);
  g_string_free (map.general, TRUE);
}

/* Is it a thing whose digest people look for, rather than a text or a picture about it? */
static gboolean
is_program (const char *type)
{
  return type != NULL && g_str_has_prefix (type, "application/") && !g_str_has_suffix (type, "json") && !g_str_has_suffix (type, "xml")
         && !g_str_has_suffix (type, "pdf") && !g_str_has_suffix (type, "rfc822");
}

void
mado_json_sample (MadoRecordDraft *draft, const char *path, const char *type, const char *payload, gboolean is_base64)
{
  g_autofree guchar *bytes = NULL;
  gsize size = strlen (payload);
  g_autofree char *digest = NULL, *number = NULL, *size_name = g_strconcat (path, ".size", NULL);
  g_autofree char *digest_name = g_strconcat (path, ".sha256", NULL);

  if (is_base64)
    bytes = g_base64_decode (payload, &size);
  else
    mado_record_draft_evidence (draft, path, payload);
  digest = mado_hash_bytes (is_base64 ? (const void *) bytes : payload, size);
  number = g_strdup_printf ("%" G_GSIZE_FORMAT, size);
  mado_record_draft_note (draft, size_name, number);
  if (is_program (type))
    mado_record_draft_field (draft, digest_name, digest);
  else
    mado_record_draft_note (draft, digest_name, digest);
}
