/* veris.c: see veris.h. Called by json-formats.c in the opener's child. A VERIS record counts and does not name: its members
 * become fields, and few of them more. */
#include "madoguchi/report/veris.h"

#include "madoguchi/report/json-map.h"
#include "madoguchi/report/json.h"

#include <string.h>

static const MadoMapRow rows[] = {
  { "incident_id", MADO_MAP_ID, TRUE },
  { "schema_version", MADO_MAP_VERSION, TRUE },
  { "summary", MADO_MAP_DESCRIPTION },
  { "reference", MADO_MAP_REFERENCE, TRUE },
  { "plus.created", MADO_MAP_REPORTED, TRUE },
  { "plus*", MADO_MAP_FIELD, TRUE },
  { "victim*", MADO_MAP_FIELD, TRUE },
  { NULL }
};

/* The varieties of an action that RSIT has a word for. */
static const struct {
  const char *action, *variety, *category;
} varieties[] = {
  { "social", "Phishing", "fraud:phishing" },
  { "hacking", "DoS", "availability:dos" },
  { "hacking", "Brute force", "intrusion-attempts:brute-force" },
  { "hacking", "SQLi", "intrusions:application-compromise" },
  { "hacking", "Use of stolen creds", "intrusions:unprivileged-account-compromise" },
  { "malware", NULL, "malicious-code:infected-system" },
  { "error", "Misconfiguration", "availability:misconfiguration" },
};

static gboolean
has_variety (JsonNode *action, const char *variety)
{
  JsonNode *list = mado_json_member (action, "variety");

  if (action == NULL || variety == NULL)
    return action != NULL;
  for (guint i = 0; i < mado_json_count (list); i++)
    if (g_strcmp0 (mado_json_string (mado_json_item (list, i)), variety) == 0)
      return TRUE;
  return FALSE;
}

/* "hacking, malware". */
static void
take_type (MadoRecordDraft *draft, JsonNode *actions)
{
  g_autoptr (GString) names = g_string_new (NULL);
  JsonObjectIter iter;
  const char *name;

  if (actions == NULL || !JSON_NODE_HOLDS_OBJECT (actions))
    return;
  json_object_iter_init_ordered (&iter, json_node_get_object (actions));
  while (json_object_iter_next_ordered (&iter, &name, NULL))
    g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", name);
  mado_json_use (draft, MADO_MAP_TYPE, names->str);
}

/* Years are always told, days seldom: without a day it is no time. */
static void
take_time (MadoRecordDraft *draft, JsonNode *incident)
{
  g_autofree char *year = mado_json_text (mado_json_member (incident, "year")), *month = mado_json_text (mado_json_member (incident, "month"));
  g_autofree char *day = mado_json_text (mado_json_member (incident, "day")), *date = NULL;

  if (year == NULL || month == NULL || day == NULL)
    return;
  date = g_strdup_printf ("%.4s-%s%.2s-%s%.2sT00:00:00Z", year, strlen (month) < 2 ? "0" : "", month, strlen (day) < 2 ? "0" : "", day);
  mado_json_use (draft, MADO_MAP_STARTED, date);
}

gboolean
mado_veris_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output)
{
  JsonNode *actions = mado_json_member (root, "action");
  MadoRecordDraft *draft;

  if (mado_json_member (root, "schema_version") == NULL || mado_json_member (root, "incident_id") == NULL
      || (actions == NULL && mado_json_member (root, "security_incident") == NULL))
    return FALSE;
  draft = mado_record_draft_new (output, document, "veris");
  take_type (draft, actions);
  take_time (draft, mado_json_find (root, "timeline.incident"));
  for (gsize i = 0; i < G_N_ELEMENTS (varieties) && draft->record->category == NULL; i++)
    if (has_variety (mado_json_member (actions, varieties[i].action), varieties[i].variety))
      draft->record->category = g_strdup (varieties[i].category);
  mado_json_map (draft, root, "", rows);
  mado_record_draft_finish (draft);
  return TRUE;
}
