/* stix.c: see stix.h. Called by json-formats.c in the opener's child. Objects that point at each other are looked up once and
 * never followed further: a circle of them is as short as a line. */
#include "madoguchi/report/stix.h"

#include "madoguchi/model/tlp.h"
#include "madoguchi/report/json-map.h"
#include "madoguchi/report/json.h"
#include "madoguchi/report/rsit.h"
#include "madoguchi/report/stix-pattern.h"

#include <string.h>

typedef struct {
  MadoRecordDraft *draft;
  JsonNode *objects;
  JsonNode *main;       /* the object that the bundle is about */
  GHashTable *ids;      /* id: object */
  GHashTable *targets;  /* ids of observables that something went to */
  GHashTable *counts;   /* type: how many so far */
  GHashTable *relations; /* kind of relationship: how many */
  const char *path;     /* of the pattern that is read */
  guint broken;         /* patterns that are none */
} Bundle;

/* The markings that everybody has (STIX 2.1, 7.2.1.4; TLP 2.0 extension). */
static const struct {
  const char *id;
  MadoTlpLevel level;
} markings[] = {
  { "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", MADO_TLP_CLEAR },
  { "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", MADO_TLP_GREEN },
  { "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", MADO_TLP_AMBER },
  { "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", MADO_TLP_RED },
  { "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", MADO_TLP_CLEAR },
  { "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", MADO_TLP_GREEN },
  { "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", MADO_TLP_AMBER },
  { "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", MADO_TLP_AMBER_STRICT },
  { "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", MADO_TLP_RED },
};

/* What kinds of infrastructure mean in RSIT; of those that are not here it says nothing. */
static const struct {
  const char *type, *category;
} infrastructures[] = {
  { "amplification", "vulnerable:ddos-amplifier" },
  { "botnet", "malicious-code:infected-system" },
  { "command-and-control", "malicious-code:c2-server" },
  { "hosting-malware", "malicious-code:malware-distribution" },
  { "phishing", "fraud:phishing" },
};

static const MadoMapRow rows[] = {
  { "type", MADO_MAP_SKIP },
  { "spec_version", MADO_MAP_SKIP },
  { "object_marking_refs", MADO_MAP_SKIP },
  { "granular_markings", MADO_MAP_SKIP },
  { "*_ref", MADO_MAP_SKIP },
  { "*_refs", MADO_MAP_SKIP },
  { "pattern", MADO_MAP_FIELD, TRUE },
  { "*payload_bin", MADO_MAP_SKIP },
  { "external_references[].external_id", MADO_MAP_REFERENCE },
  { "external_references[].url", MADO_MAP_REFERENCE, TRUE },
  { "external_references[].source_name", MADO_MAP_FIELD, TRUE },
  { "id", MADO_MAP_FIELD, TRUE },
  { "*_version", MADO_MAP_FIELD, TRUE },
  { "*_type", MADO_MAP_FIELD, TRUE },
  { "created", MADO_MAP_FIELD, TRUE },
  { "modified", MADO_MAP_FIELD, TRUE },
  { "revoked", MADO_MAP_FIELD, TRUE },
  { "extensions*", MADO_MAP_FIELD, TRUE },
  { NULL }
};

/* The same for who made it: nothing of him is looked for. */
static const MadoMapRow maker_rows[] = { { "type", MADO_MAP_SKIP }, { "spec_version", MADO_MAP_SKIP }, { "*_ref", MADO_MAP_SKIP },
                                         { "*_refs", MADO_MAP_SKIP }, { "*", MADO_MAP_FIELD, TRUE }, { NULL } };

static const MadoMapRow main_rows[] = {
  { "name", MADO_MAP_TITLE },
  { "description", MADO_MAP_DESCRIPTION },
  { "content", MADO_MAP_DESCRIPTION }, /* of a note */
  { "published", MADO_MAP_REPORTED },
  { "created", MADO_MAP_REPORTED },
  { "first_observed", MADO_MAP_STARTED },
  { "first_seen", MADO_MAP_STARTED },
  { "last_observed", MADO_MAP_ENDED },
  { "last_seen", MADO_MAP_ENDED },
  { NULL }
};

/* How much an object of a type says about why the bundle was sent; the first has the word. */
static const char *const main_types[] = { "incident", "report", "grouping", "sighting", "observed-data", "note", "campaign", "intrusion-set",
                                          "indicator", "infrastructure", "malware", "vulnerability", "attack-pattern" };

static JsonNode *
find_id (const Bundle *bundle, const char *id)
{
  return id == NULL ? NULL : g_hash_table_lookup (bundle->ids, id);
}

/* --- marks ------------------------------------------------------------------------------------------------ */

static void
take_level (Bundle *bundle, const char *name)
{
  if (name != NULL)
    mado_json_use (bundle->draft, MADO_MAP_TLP, name);
}

static void
take_definition (Bundle *bundle, JsonNode *definition)
{
  JsonNode *extensions = mado_json_member (definition, "extensions");
  JsonObjectIter iter;
  JsonNode *extension;

  take_level (bundle, mado_json_string (mado_json_find (definition, "definition.tlp")));
  if (mado_json_get (definition, "name") != NULL && g_str_has_prefix (mado_json_get (definition, "name"), "TLP:"))
    take_level (bundle, mado_json_get (definition, "name"));
  if (extensions == NULL || !JSON_NODE_HOLDS_OBJECT (extensions))
    return;
  json_object_iter_init (&iter, json_node_get_object (extensions));
  while (json_object_iter_next (&iter, NULL, &extension))
    take_level (bundle, mado_json_get (extension, "tlp_2_0"));
}

static void
take_marking (Bundle *bundle, const char *id)
{
  for (gsize i = 0; id != NULL && i < G_N_ELEMENTS (markings); i++)
    if (strcmp (id, markings[i].id) == 0)
      take_level (bundle, mado_tlp_name (markings[i].level));
  if (find_id (bundle, id) != NULL)
    take_definition (bundle, find_id (bundle, id));
}

static void
take_markings (Bundle *bundle, JsonNode *object)
{
  JsonNode *refs = mado_json_member (object, "object_marking_refs"), *parts = mado_json_member (object, "granular_markings");

  for (guint i = 0; i < mado_json_count (refs); i++)
    take_marking (bundle, mado_json_string (mado_json_item (refs, i)));
  for (guint i = 0; i < mado_json_count (parts); i++)
    take_marking (bundle, mado_json_get (mado_json_item (parts, i), "marking_ref"));
}

/* --- values ----------------------------------------------------------------------------------------------- */

static gboolean
is_address (const char *type)
{
  static const char *const types[] = { "ipv4-addr", "ipv6-addr", "domain-name", "url", "email-addr", NULL };

  return g_strv_contains (types, type);
}

/* A comparison of a pattern: only what has a form of its own is looked for. */
static void
take_compared (const char *path, const char *value, gpointer data)
{
  Bundle *bundle = data;
  g_autofree char *type = g_strndup (path, strcspn (path, ":")), *number = g_strconcat ("AS", value, NULL);
  gboolean is_value = g_str_has_suffix (path, ":value") || g_str_has_suffix (path, "_ref.value");

  if (strcmp (path, "autonomous-system:number") == 0)
    mado_record_draft_text (bundle->draft, bundle->path, number);
  else if (is_value || strstr (path, "hashes.") != NULL)
    mado_record_draft_text (bundle->draft, bundle->path, value);
  if (is_value && is_address (type))
    mado_record_draft_source (bundle->draft, value);
}

static void
take_pattern (Bundle *bundle, JsonNode *object, const char *prefix)
{
  const char *pattern = mado_json_get (object, "pattern"), *language = mado_json_get (object, "pattern_type");
  g_autofree char *path = g_strconcat (prefix, ".pattern", NULL);

  if (pattern == NULL || (language != NULL && strcmp (language, "stix") != 0))
    return;
  bundle->path = path;
  if (!mado_stix_pattern_read (pattern, take_compared, bundle))
    bundle->broken++;
}

static void
take_observable (Bundle *bundle, JsonNode *object, const char *type, const char *prefix)
{
  const char *value = mado_json_get (object, "value"), *id = mado_json_get (object, "id"), *payload = mado_json_get (object, "payload_bin");
  g_autofree char *number = mado_json_text (mado_json_member (object, "number")), *path = g_strconcat (prefix, ".payload_bin", NULL);

  if (is_address (type) && value != NULL) {
    if (id != NULL && g_hash_table_contains (bundle->targets, id))
      mado_record_draft_target (bundle->draft, value);
    else
      mado_record_draft_source (bundle->draft, value);
  } else if (strcmp (type, "autonomous-system") == 0 && number != NULL) {
    g_autofree char *name = g_strconcat ("AS", number, NULL);
    mado_record_draft_text (bundle->draft, prefix, name);
  }
  if (payload != NULL)
    mado_json_sample (bundle->draft, path, mado_json_get (object, "mime_type"), payload, TRUE);
}

static void
take_class (Bundle *bundle, JsonNode *object)
{
  MadoReportRecord *record = bundle->draft->record;
  JsonNode *kinds = mado_json_member (object, "infrastructure_types"), *labels = mado_json_member (object, "labels");

  for (guint i = 0; i < mado_json_count (labels) && record->category == NULL; i++) {
    const char *label = mado_json_string (mado_json_item (labels, i));
    record->category = label == NULL ? NULL : mado_rsit_from_tag (label);
  }
  for (guint i = 0; i < mado_json_count (kinds); i++)
    for (gsize k = 0; k < G_N_ELEMENTS (infrastructures) && record->category == NULL; k++)
      if (g_strcmp0 (mado_json_string (mado_json_item (kinds, i)), infrastructures[k].type) == 0)
        record->category = g_strdup (infrastructures[k].category);
}

/* --- objects ---------------------------------------------------------------------------------------------- */

static guint
count_one (GHashTable *counts, const char *name)
{
  guint count = GPOINTER_TO_UINT (g_hash_table_lookup (counts, name));

  if (count > 0 || g_hash_table_size (counts) < MADO_FORMAT_ITEMS_MAX)
    g_hash_table_insert (counts, g_strdup (name), GUINT_TO_POINTER (count + 1));
  return count;
}

static void
take_object (Bundle *bundle, JsonNode *object)
{
  const char *type = mado_json_get (object, "type");
  JsonNode *maker = find_id (bundle, mado_json_get (bundle->main, "created_by_ref"));
  g_autofree char *prefix = NULL;

  take_markings (bundle, object);
  if (type == NULL)
    return;
  if (strcmp (type, "marking-definition") == 0) {
    take_definition (bundle, object);
    return;
  }
  if (strcmp (type, "relationship") == 0) {
    const char *kind = mado_json_get (object, "relationship_type");
    count_one (bundle->relations, kind == NULL ? "?" : kind);
    return;
  }
  prefix = g_strdup_printf ("%.100s[%u]", type, count_one (bundle->counts, type));
  mado_json_map (bundle->draft, object, prefix, object == maker ? maker_rows : rows);
  take_pattern (bundle, object, prefix);
  take_observable (bundle, object, type, prefix);
  take_class (bundle, object);
  if (strcmp (type, "vulnerability") == 0)
    mado_record_draft_reference (bundle->draft, mado_json_get (object, "name"));
}

/* What something went to: the receiving ends of traffic and of mails. */
static void
note_targets (Bundle *bundle, JsonNode *object)
{
  static const char *const members[] = { "dst_ref", "to_refs", "cc_refs", "bcc_refs" };

  for (gsize m = 0; m < G_N_ELEMENTS (members); m++) {
    JsonNode *refs = mado_json_member (object, members[m]);
    for (guint i = 0; i < mado_json_count (refs); i++)
      if (mado_json_string (mado_json_item (refs, i)) != NULL)
        g_hash_table_add (bundle->targets, (gpointer) mado_json_string (mado_json_item (refs, i)));
  }
}

static guint
rank (JsonNode *object)
{
  guint at = 0;

  while (at < G_N_ELEMENTS (main_types) && !mado_json_is (object, "type", main_types[at]))
    at++;
  return at;
}

static void
look_around (Bundle *bundle)
{
  for (guint i = 0; i < mado_json_count (bundle->objects); i++) {
    JsonNode *object = mado_json_item (bundle->objects, i);
    const char *id = mado_json_get (object, "id");
    if (id != NULL)
      g_hash_table_insert (bundle->ids, (gpointer) id, object);
    note_targets (bundle, object);
    if (bundle->main == NULL || rank (object) < rank (bundle->main))
      bundle->main = object;
  }
}

/* Of the main object, what all formats share; and who made it. */
static void
take_head (Bundle *bundle)
{
  JsonNode *maker = find_id (bundle, mado_json_get (bundle->main, "created_by_ref"));
  const char *name = mado_json_get (maker, "name");

  for (const MadoMapRow *row = main_rows; row->path != NULL; row++)
    mado_json_use (bundle->draft, row->use, mado_json_get (bundle->main, row->path));
  if (name == NULL)
    return;
  if (mado_json_is (maker, "identity_class", "individual"))
    mado_json_use (bundle->draft, MADO_MAP_NAME, name);
  else
    mado_json_use (bundle->draft, MADO_MAP_ORGANIZATION, name);
}

static void
tell_relations (Bundle *bundle)
{
  g_autoptr (GList) kinds = g_list_sort (g_hash_table_get_keys (bundle->relations), (GCompareFunc) strcmp);

  for (const GList *item = kinds; item != NULL; item = item->next) {
    g_autofree char *name = g_strdup_printf ("relationship.%.100s", (const char *) item->data);
    g_autofree char *number = g_strdup_printf ("%u", GPOINTER_TO_UINT (g_hash_table_lookup (bundle->relations, item->data)));
    mado_record_draft_note (bundle->draft, name, number);
  }
}

static void
read_bundle (Bundle *bundle, JsonNode *root)
{
  MadoRecordDraft *draft = bundle->draft;

  look_around (bundle);
  mado_json_use (draft, MADO_MAP_ID, mado_json_get (root, "id"));
  mado_json_use (draft, MADO_MAP_VERSION, mado_json_get (root, "spec_version"));
  mado_json_use (draft, MADO_MAP_VERSION, mado_json_get (bundle->main, "spec_version"));
  mado_json_use (draft, MADO_MAP_TYPE, mado_json_get (bundle->main, "type"));
  take_head (bundle);
  if (bundle->main != NULL)
    take_object (bundle, bundle->main); /* first, if there should be more than is kept */
  for (guint i = 0; i < mado_json_count (bundle->objects); i++)
    if (mado_json_item (bundle->objects, i) != bundle->main)
      take_object (bundle, mado_json_item (bundle->objects, i));
  tell_relations (bundle);
}

/* "TYPE--UUID" */
static gboolean
is_object (JsonNode *node)
{
  const char *type = mado_json_get (node, "type"), *id = mado_json_get (node, "id");
  gsize size = type == NULL ? 0 : strlen (type);

  return id != NULL && size > 0 && strncmp (id, type, size) == 0 && strncmp (id + size, "--", 2) == 0;
}

gboolean
mado_stix_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output)
{
  gboolean is_bundle = mado_json_is (root, "type", "bundle");
  Bundle bundle = { NULL };

  if (!is_object (root) && !(is_bundle && mado_json_member (root, "objects") != NULL))
    return FALSE;
  bundle.objects = is_bundle ? mado_json_member (root, "objects") : root;
  if (mado_json_count (bundle.objects) == 0) {
    mado_format_problem (output, document, "the STIX bundle holds no object.");
    return TRUE;
  }
  bundle.draft = mado_record_draft_new (output, document, "stix");
  bundle.ids = g_hash_table_new (g_str_hash, g_str_equal);
  bundle.targets = g_hash_table_new (g_str_hash, g_str_equal);
  bundle.counts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  bundle.relations = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  read_bundle (&bundle, root);
  if (bundle.broken > 0)
    mado_format_problem (output, document, "%u of the STIX patterns cannot be read to their ends.", bundle.broken);
  g_hash_table_unref (bundle.ids);
  g_hash_table_unref (bundle.targets);
  g_hash_table_unref (bundle.counts);
  g_hash_table_unref (bundle.relations);
  mado_record_draft_finish (bundle.draft);
  return TRUE;
}
