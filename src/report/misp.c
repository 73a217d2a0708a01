/* misp.c: see misp.h. Called by json-formats.c in the opener's child. What an attribute is stands in its type: from the table
 * below comes what it means here; of a type that is not there the value is shown, and not looked for. */
#include "madoguchi/report/misp.h"

#include "madoguchi/report/json-map.h"
#include "madoguchi/report/json.h"
#include "madoguchi/report/rsit.h"

#include <string.h>

typedef struct {
  const char *type;
  MadoMapUse use;
} Kind;

/* Types whose values are looked for elsewhere. Of "a|b" each half is one of its own. */
static const Kind kinds[] = {
  { "ip-src", MADO_MAP_SOURCE }, { "ip-dst", MADO_MAP_SOURCE }, { "ip", MADO_MAP_SOURCE }, { "domain", MADO_MAP_SOURCE },
  { "hostname", MADO_MAP_SOURCE }, { "url", MADO_MAP_SOURCE }, { "uri", MADO_MAP_FIELD }, { "email-src", MADO_MAP_SOURCE },
  { "email-reply-to", MADO_MAP_SOURCE }, { "email", MADO_MAP_SOURCE }, { "eppn", MADO_MAP_SOURCE }, { "email-dst", MADO_MAP_TARGET },
  { "target-email", MADO_MAP_TARGET }, { "target-machine", MADO_MAP_TARGET }, { "target-user", MADO_MAP_TARGET },
  { "target-org", MADO_MAP_TARGET }, { "md5", MADO_MAP_FIELD }, { "sha1", MADO_MAP_FIELD }, { "sha256", MADO_MAP_FIELD },
  { "sha512", MADO_MAP_FIELD }, { "vulnerability", MADO_MAP_REFERENCE }, { "weakness", MADO_MAP_REFERENCE }, { "AS", MADO_MAP_FIELD },
  { "btc", MADO_MAP_FIELD }, { "dns-soa-email", MADO_MAP_FIELD }, { "whois-registrant-email", MADO_MAP_FIELD },
  { "domain|ip", MADO_MAP_SOURCE }, { "hostname|port", MADO_MAP_SOURCE }, { "ip-src|port", MADO_MAP_SOURCE },
  { "ip-dst|port", MADO_MAP_SOURCE }, { "filename|md5", MADO_MAP_FIELD }, { "filename|sha1", MADO_MAP_FIELD },
  { "filename|sha256", MADO_MAP_FIELD }, { "filename|sha512", MADO_MAP_FIELD }, { "malware-sample", MADO_MAP_FIELD },
  { "x509-fingerprint-md5", MADO_MAP_FIELD }, { "x509-fingerprint-sha1", MADO_MAP_FIELD }, { "x509-fingerprint-sha256", MADO_MAP_FIELD },
  { "text", MADO_MAP_FIELD }, { "comment", MADO_MAP_FIELD }, { "other", MADO_MAP_FIELD },
};

/* All that is taken of an event itself: it carries much of the house that it comes from. */
static const MadoMapRow event_rows[] = {
  { "uuid", MADO_MAP_ID, TRUE },
  { "info", MADO_MAP_TITLE },
  { "date", MADO_MAP_DETECTED, TRUE },
  { "publish_timestamp", MADO_MAP_REPORTED, TRUE },
  { "timestamp", MADO_MAP_REPORTED, TRUE },
  { "Orgc.name", MADO_MAP_ORGANIZATION, TRUE },
  { "Org.name", MADO_MAP_ORGANIZATION, TRUE },
  { "event_creator_email", MADO_MAP_ADDRESS, TRUE },
  { "threat_level_id", MADO_MAP_FIELD, TRUE },
  { "analysis", MADO_MAP_FIELD, TRUE },
  { "distribution", MADO_MAP_FIELD, TRUE },
  { "published", MADO_MAP_FIELD, TRUE },
  { "extends_uuid", MADO_MAP_FIELD, TRUE },
  { NULL }
};

static const MadoMapRow attribute_rows[] = {
  { "uuid", MADO_MAP_ID, TRUE },
  { "timestamp", MADO_MAP_REPORTED, TRUE },
  { "category", MADO_MAP_FIELD, TRUE },
  { NULL }
};

static const Kind *
find_kind (const char *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (type, kinds[i].type) == 0)
      return &kinds[i];
  return NULL;
}

static void
take_tags (MadoRecordDraft *draft, JsonNode *tags)
{
  for (guint i = 0; i < mado_json_count (tags); i++) {
    const char *name = mado_json_get (mado_json_item (tags, i), "name");
    if (name == NULL)
      continue;
    if (g_ascii_strncasecmp (name, "tlp:", 4) == 0)
      mado_json_use (draft, MADO_MAP_TLP, name);
    else if (g_ascii_strncasecmp (name, "pap:", 4) == 0)
      mado_record_draft_text (draft, "Tag", name);
    if (draft->record->category == NULL)
      draft->record->category = mado_rsit_from_tag (name);
  }
}

static gboolean
is_true (JsonNode *node, const char *name)
{
  g_autofree char *text = mado_json_text (mado_json_member (node, name));

  return g_strcmp0 (text, "true") == 0 || g_strcmp0 (text, "1") == 0;
}

/* A source or a reference names one thing: of "domain|ip" both, of "ip-dst|port" the first. */
static void
take_value (MadoRecordDraft *draft, const char *name, const char *type, const char *value, const Kind *kind)
{
  g_auto (GStrv) halves = g_strsplit (value, strchr (type, '|') != NULL || strcmp (type, "malware-sample") == 0 ? "|" : "\n", 3);
  gboolean has_port = g_str_has_suffix (type, "|port"), has_file = g_str_has_prefix (type, "filename|") || strcmp (type, "malware-sample") == 0;

  mado_record_draft_note (draft, name, value);
  for (guint i = 0; halves[i] != NULL; i++) {
    g_autofree char *number = strcmp (type, "AS") == 0 && g_ascii_isdigit (*halves[i]) ? g_strconcat ("AS", halves[i], NULL) : NULL;
    if ((i == 1 && has_port) || (i == 0 && has_file))
      continue;
    mado_json_use (draft, kind->use, halves[i]);
    mado_record_draft_text (draft, name, number != NULL ? number : halves[i]);
  }
}

static void
take_attribute (MadoRecordDraft *draft, JsonNode *attribute, const char *path)
{
  const char *type = mado_json_get (attribute, "type"), *category = mado_json_get (attribute, "category");
  const char *data = mado_json_get (attribute, "data"), *comment = mado_json_get (attribute, "comment");
  g_autofree char *value = mado_json_text (mado_json_member (attribute, "value"));
  g_autofree char *name = g_strdup_printf ("%s.%s", path, type), *data_name = g_strdup_printf ("%s.data", path);
  g_autofree char *comment_name = g_strdup_printf ("%s.comment", path);
  const Kind *kind = type == NULL ? NULL : find_kind (type);
  gboolean is_link = g_strcmp0 (type, "link") == 0 || g_strcmp0 (category, "External analysis") == 0 || g_strcmp0 (category, "Internal reference") == 0;

  if (type == NULL || value == NULL || is_true (attribute, "deleted"))
    return;
  if (is_link && strstr (value, "://") != NULL) {
    mado_record_draft_reference (draft, value);
    mado_record_draft_note (draft, name, value);
  } else if (kind == NULL) {
    mado_record_draft_note (draft, name, value);
  } else {
    take_value (draft, name, type, value, kind);
  }
  mado_record_draft_field (draft, comment_name, comment);
  if (data != NULL)
    mado_json_sample (draft, data_name, strcmp (type, "malware-sample") == 0 ? "application/zip" : NULL, data, TRUE);
  take_tags (draft, mado_json_member (attribute, "Tag"));
}

static void
take_attributes (MadoRecordDraft *draft, JsonNode *list, const char *path)
{
  for (guint i = 0; i < mado_json_count (list); i++) {
    g_autofree char *name = g_strdup_printf ("%sAttribute[%u]", path, i);
    take_attribute (draft, mado_json_item (list, i), name);
  }
}

static void
take_objects (MadoRecordDraft *draft, JsonNode *list)
{
  for (guint i = 0; i < mado_json_count (list); i++) {
    JsonNode *object = mado_json_item (list, i);
    g_autofree char *path = g_strdup_printf ("Object[%u].", i), *name = g_strconcat (path, "name", NULL);
    g_autofree char *comment = g_strconcat (path, "comment", NULL);
    if (is_true (object, "deleted"))
      continue;
    mado_record_draft_note (draft, name, mado_json_get (object, "name"));
    mado_record_draft_field (draft, comment, mado_json_get (object, "comment"));
    take_attributes (draft, mado_json_member (object, "Attribute"), path);
  }
}

static void
take_names (MadoRecordDraft *draft, JsonNode *list, const char *name)
{
  for (guint i = 0; i < mado_json_count (list); i++)
    mado_record_draft_note (draft, name, mado_json_get (mado_json_item (list, i), strcmp (name, "Galaxy") == 0 ? "type" : "name"));
}

static void
read_event (JsonNode *event, const MadoDocument *document, MadoFormatOutput *output)
{
  MadoRecordDraft *draft = mado_record_draft_new (output, document, "misp");

  mado_json_use (draft, MADO_MAP_TYPE, "event");
  mado_json_pick (draft, event, event_rows);
  take_names (draft, mado_json_member (event, "Tag"), "Tag");
  take_names (draft, mado_json_member (event, "Galaxy"), "Galaxy");
  take_tags (draft, mado_json_member (event, "Tag"));
  take_attributes (draft, mado_json_member (event, "Attribute"), "");
  take_objects (draft, mado_json_member (event, "Object"));
  for (guint i = 0; i < mado_json_count (mado_json_member (event, "EventReport")); i++)
    mado_record_draft_field (draft, "EventReport", mado_json_get (mado_json_item (mado_json_member (event, "EventReport"), i), "content"));
  if (draft->record->title == NULL)
    mado_format_problem (output, document, "the event of MISP has no info.");
  mado_record_draft_finish (draft);
}

static void
read_attribute (JsonNode *attribute, const MadoDocument *document, MadoFormatOutput *output)
{
  MadoRecordDraft *draft = mado_record_draft_new (output, document, "misp");

  mado_json_use (draft, MADO_MAP_TYPE, "attribute");
  mado_json_pick (draft, attribute, attribute_rows);
  take_attribute (draft, attribute, "Attribute[0]");
  mado_record_draft_finish (draft);
}

static gboolean
is_event (JsonNode *node)
{
  return mado_json_member (node, "info") != NULL && (mado_json_member (node, "Attribute") != NULL || mado_json_member (node, "threat_level_id") != NULL);
}

static gboolean
is_attribute (JsonNode *node)
{
  return mado_json_get (node, "type") != NULL && mado_json_member (node, "value") != NULL && mado_json_get (node, "category") != NULL
         && (mado_json_member (node, "event_id") != NULL || mado_json_member (node, "to_ids") != NULL);
}

/* An event by itself or in its wrapper, an attribute by itself or in its wrapper, or a list of either in an answer of MISP's. */
gboolean
mado_misp_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output)
{
  static const char *const wrappers[] = { "Event", "Attribute", "response" };
  gboolean is_read = TRUE;

  if (is_event (root)) {
    read_event (root, document, output);
  } else if (is_attribute (root)) {
    read_attribute (root, document, output);
  } else {
    is_read = FALSE;
    for (gsize w = 0; w < G_N_ELEMENTS (wrappers) && !is_read; w++) {
      JsonNode *inside = mado_json_member (root, wrappers[w]);
      for (guint i = 0; i < mado_json_count (inside); i++)
        if (JSON_NODE_HOLDS_OBJECT (mado_json_item (inside, i)))
          is_read = mado_misp_read (mado_json_item (inside, i), document, output) || is_read;
    }
  }
  return is_read;
}
