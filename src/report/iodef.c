/* iodef.c: see iodef.h. Everything of an incident becomes a field named after its path ("EventData.Flow.System.Node.Address");
 * what all formats share is taken out of it beside that. Both versions are read by the same names: an element that moved
 * or changed its form between them is looked for in both places. */
#include "madoguchi/report/iodef.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/model/tlp.h"
#include "madoguchi/report/xml.h"

#include <string.h>

#define PATH_MAX_SIZE 300
#define ID_MAX 120
#define DIGEST_MAX 64

typedef struct {
  MadoFormatOutput *output;
  const MadoDocument *document;
  guint incidents;
} Reading;

static const struct {
  const char *type;
  const char *category;
} impacts[] = {
  { "admin", "intrusions:privileged-account-compromise" },
  { "user", "intrusions:unprivileged-account-compromise" },
  { "dos", "availability:dos" },
  { "file", "information-content-security:unauthorised-information-modification" },
  { "info-leak", "information-content-security:data-leak" },
  { "misconfiguration", "availability:misconfiguration" },
  { "recon", "information-gathering:scanner" },
  { "social-engineering", "information-gathering:social-engineering" },
  { "takeover-account", "intrusions:unprivileged-account-compromise" },
  { "takeover-service", "intrusions:application-compromise" },
  { "takeover-system", "intrusions:system-compromise" },
  { "cps-manipulation", "intrusions:system-compromise" },
  { "cps-damage", "availability:sabotage" },
  { "availability-data", "availability:dos" },
  { "availability-account", "availability:dos" },
  { "availability-service", "availability:dos" },
  { "availability-system", "availability:dos" },
  { "damaged-system", "availability:sabotage" },
  { "damaged-data", "information-content-security:unauthorised-information-modification" },
  { "breach-proprietary", "information-content-security:unauthorised-information-access" },
  { "breach-privacy", "information-content-security:data-leak" },
  { "breach-credential", "information-content-security:data-leak" },
  { "breach-configuration", "information-content-security:unauthorised-information-access" },
  { "integrity-data", "information-content-security:unauthorised-information-modification" },
  { "integrity-configuration", "information-content-security:unauthorised-information-modification" },
  { "traffic-redirection", "fraud:masquerade" },
  { "monitoring-traffic", "information-gathering:sniffing" },
  { "monitoring-host", "malicious-code:infected-system" },
};

const char *
mado_iodef_category (const char *type, gboolean has_failed)
{
  for (gsize i = 0; type != NULL && i < G_N_ELEMENTS (impacts); i++) {
    if (strcmp (impacts[i].type, type) != 0)
      continue;
    return has_failed && g_str_has_prefix (impacts[i].category, "intrusions:") ? "intrusion-attempts:exploit" : impacts[i].category;
  }
  return NULL;
}

const char *
mado_iodef_tlp (const char *restriction)
{
  static const char *const names[][2] = { { "white", "TLP:CLEAR" },  { "clear", "TLP:CLEAR" }, { "green", "TLP:GREEN" },
                                          { "amber", "TLP:AMBER" }, { "red", "TLP:RED" } };

  for (gsize i = 0; restriction != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_ascii_strcasecmp (names[i][0], restriction) == 0)
      return names[i][1];
  return NULL;
}

/* --- fields ----------------------------------------------------------------------------------------------- */

/* Elements that hold nothing to look for elsewhere: about the reporter, times, numbers, our own names. */
static gboolean
is_quiet (const char *name)
{
  static const char *const quiet[] = { "Contact",    "IncidentID", "AlternativeID", "RelatedActivity", "Expectation", "History",   "Port",
                                       "Portlist",   "Counter",    "Confidence",    "Timezone",        "DateTime",    "DetectTime", "StartTime",
                                       "EndTime",    "ReportTime", "RecoveryTime",  "GenerationTime",  "IndicatorID", "Assessment", "Method",
                                       "DigestMethod", "CanonicalizationMethod", "BulkObservableFormat", NULL };

  return g_strv_contains (quiet, name);
}

/* A digest is Base64 in XML; people write it in hexadecimal, and so it is looked for. */
static void
add_digest (MadoRecordDraft *draft, const char *text)
{
  g_autofree guint8 *bytes = NULL;
  g_autofree char *hex = NULL;
  gsize size = strlen (text);

  if (size > 2 * DIGEST_MAX || size % 4 != 0 || size == 32 || size == 40 || size == 64 || size == 128)
    return;
  bytes = g_base64_decode (text, &size);
  if (size != 16 && size != 20 && size != 32 && size != DIGEST_MAX)
    return;
  hex = mado_text_hex (bytes, size);
  mado_record_draft_text (draft, "DigestValue", hex);
}

static void
flatten (MadoRecordDraft *draft, const MadoXml *node, const char *path, gboolean is_silent)
{
  for (guint i = 0; node->attributes != NULL && node->attributes[i] != NULL; i += 2) {
    g_autofree char *name = g_strdup_printf ("%s@%s", path, node->attributes[i]);
    mado_record_draft_note (draft, name, node->attributes[i + 1]);
  }
  if (*node->text != '\0' && is_silent)
    mado_record_draft_note (draft, path, node->text);
  else
    mado_record_draft_field (draft, path, node->text);
  if (strcmp (node->name, "DigestValue") == 0)
    add_digest (draft, node->text);
  for (guint i = 0; node->children != NULL && i < node->children->len; i++) {
    const MadoXml *child = node->children->pdata[i];
    g_autofree char *below = g_strdup_printf ("%s%s%s", path, *path == '\0' ? "" : ".", child->name);
    if (strlen (below) < PATH_MAX_SIZE)
      flatten (draft, child, below, is_silent || is_quiet (child->name));
  }
}

/* --- what all formats share ------------------------------------------------------------------------------- */

/* Calls @take for @node and everything in it. */
typedef void (*Take) (MadoRecordDraft *draft, const MadoXml *node);

static void
walk (MadoRecordDraft *draft, const MadoXml *node, Take take)
{
  take (draft, node);
  for (guint i = 0; node->children != NULL && i < node->children->len; i++)
    walk (draft, node->children->pdata[i], take);
}

static void
take_source (MadoRecordDraft *draft, const MadoXml *node)
{
  if (strcmp (node->name, "Address") == 0 || strcmp (node->name, "Name") == 0 || strcmp (node->name, "NodeName") == 0
      || (strcmp (node->name, "URL") == 0))
    mado_record_draft_source (draft, node->text);
}

static void
take_target (MadoRecordDraft *draft, const MadoXml *node)
{
  if (strcmp (node->name, "Address") == 0 || strcmp (node->name, "Name") == 0 || strcmp (node->name, "NodeName") == 0)
    mado_record_draft_target (draft, node->text);
}

/* What a machine of the traffic was: what is between the two works for the one who attacks. */
static void
take_system (MadoRecordDraft *draft, const MadoXml *node)
{
  const char *category = mado_xml_attribute (node, "category");
  const MadoXml *inside = mado_xml_child (node, "Node");

  if (inside == NULL)
    inside = node;
  if (g_strcmp0 (category, "source") == 0 || g_strcmp0 (category, "intermediate") == 0)
    walk (draft, inside, take_source);
  else if (g_strcmp0 (category, "target") == 0)
    walk (draft, inside, take_target);
}

static void
take_impact (MadoReportRecord *record, const MadoXml *node)
{
  gboolean has_failed = g_strcmp0 (mado_xml_attribute (node, "completion"), "failed") == 0;
  const char *type = mado_xml_attribute (node, "type");

  if (record->category == NULL)
    record->category = g_strdup (mado_iodef_category (type, has_failed));
}

static void
take_reference (MadoRecordDraft *draft, const MadoXml *node)
{
  const MadoXml *name = mado_xml_child (node, "ReferenceName");
  const char *id = mado_xml_child_text (name, "ID"), *url = mado_xml_child_text (node, "URL");

  id = id == NULL && name != NULL && *name->text != '\0' ? name->text : id;
  mado_record_draft_reference (draft, id != NULL ? id : url);
  mado_record_draft_text (draft, "Reference", id); /* it may be a CVE */
}

/* (transfer full, nullable) "NAME#NUMBER". */
static char *
read_id (const MadoXml *node)
{
  const char *name = mado_xml_attribute (node, "name");
  g_autofree char *joined = NULL, *visible = NULL;

  if (*node->text == '\0')
    return NULL;
  joined = g_strconcat (name == NULL ? "" : name, name == NULL || *name == '\0' ? "" : "#", node->text, NULL);
  visible = mado_format_visible (joined, ID_MAX);
  return strpbrk (visible, " \t\r\n[]") == NULL ? g_steal_pointer (&visible) : NULL;
}

/* Numbers of the case beside its own: of other teams, and of what it belongs to. */
static void
take_ids (MadoRecordDraft *draft, const MadoXml *node)
{
  for (guint i = 0; node->children != NULL && i < node->children->len; i++) {
    const MadoXml *child = node->children->pdata[i];
    g_autofree char *id = strcmp (child->name, "IncidentID") == 0 ? read_id (child) : NULL;
    mado_record_draft_reference (draft, id);
    if (id != NULL && !draft->record->is_evidence && strcmp (node->name, "AlternativeID") == 0)
      g_ptr_array_add (draft->output->external_ids, g_steal_pointer (&id));
  }
}

static void
take_node (MadoRecordDraft *draft, const MadoXml *node)
{
  MadoReportRecord *record = draft->record;

  if (strcmp (node->name, "System") == 0)
    take_system (draft, node);
  else if (strcmp (node->name, "Impact") == 0 || strcmp (node->name, "SystemImpact") == 0)
    take_impact (record, node);
  else if (strcmp (node->name, "Reference") == 0)
    take_reference (draft, node);
  else if (strcmp (node->name, "AlternativeID") == 0 || strcmp (node->name, "RelatedActivity") == 0)
    take_ids (draft, node);
  else if (strcmp (node->name, "Expectation") == 0 && record->request == NULL)
    record->request = g_strdup (mado_xml_attribute (node, "action"));
  else if (strcmp (node->name, "BulkObservableList") == 0)
    mado_record_draft_text (draft, "BulkObservableList", node->text);
}

/* --- an incident ------------------------------------------------------------------------------------------ */

/* How much a contact speaks for who reports. */
static guint
rank_contact (const MadoXml *contact)
{
  const char *role = mado_xml_attribute (contact, "role");

  return g_strcmp0 (role, "reporter") == 0 ? 3 : g_strcmp0 (role, "creator") == 0 ? 2 : 1;
}

static void
take_contact (MadoReportRecord *record, const MadoXml *contact)
{
  const char *name = mado_xml_child_text (contact, "ContactName");
  const MadoXml *email = mado_xml_child (contact, "Email");
  const char *address = mado_xml_child_text (email, "EmailTo");

  address = address == NULL && email != NULL && *email->text != '\0' ? email->text : address;
  if (g_strcmp0 (mado_xml_attribute (contact, "type"), "organization") == 0)
    record->organization = mado_format_visible (name, 1024);
  record->reporter = mado_mailbox_new ();
  record->reporter->name = mado_format_visible (name, 1024);
  record->reporter->address = mado_format_visible (address, 320);
}

static void
take_times (MadoReportRecord *record, const MadoXml *node)
{
  const struct {
    const char *name;
    gint64 *to;
  } times[] = { { "DetectTime", &record->detected }, { "StartTime", &record->started }, { "EndTime", &record->ended },
                { "ReportTime", &record->reported }, { "GenerationTime", &record->reported } };

  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    if (*times[i].to == 0)
      *times[i].to = mado_format_time (mado_xml_child_text (node, times[i].name));
}

static void
take_head (MadoRecordDraft *draft, const MadoXml *incident)
{
  MadoReportRecord *record = draft->record;
  const MadoXml *id = mado_xml_child (incident, "IncidentID"), *contact = NULL;
  g_autofree char *alias = id == NULL ? NULL : read_id (id);
  g_autoptr (GString) description = g_string_new (NULL);

  record->type = g_strdup (mado_xml_attribute (incident, "purpose"));
  record->id = id == NULL ? NULL : mado_format_visible (id->text, ID_MAX);
  record->tlp = g_strdup (mado_iodef_tlp (mado_xml_attribute (incident, "restriction")));
  if (alias != NULL && !record->is_evidence)
    g_ptr_array_add (draft->output->external_ids, g_steal_pointer (&alias));
  take_times (record, incident);
  for (guint i = 0; incident->children != NULL && i < incident->children->len; i++) {
    const MadoXml *child = incident->children->pdata[i];
    if (strcmp (child->name, "Contact") == 0 && (contact == NULL || rank_contact (child) > rank_contact (contact)))
      contact = child;
    else if (strcmp (child->name, "Description") == 0 && *child->text != '\0')
      g_string_append_printf (description, "%s%s", description->len > 0 ? "\n" : "", child->text);
    else if (strcmp (child->name, "EventData") == 0)
      take_times (record, child);
  }
  if (contact != NULL)
    take_contact (record, contact);
  if (description->len > 0)
    record->description = mado_format_visible (description->str, 65536);
}

void
mado_iodef_take (const MadoXml *root, const MadoXml *incident, const MadoDocument *document, MadoFormatOutput *output)
{
  MadoRecordDraft *draft;

  if (output->left_out > 0)
    return;
  draft = mado_record_draft_new (output, document, "iodef");
  draft->record->version = g_strdup (mado_xml_attribute (root, "version"));
  take_head (draft, incident);
  walk (draft, incident, take_node);
  flatten (draft, incident, "", FALSE);
  mado_record_draft_finish (draft);
}

static void
take_incident (const MadoXml *root, const MadoXml *child, gpointer data)
{
  Reading *reading = data;

  if (strcmp (root->name, "IODEF-Document") != 0 || strcmp (child->name, "Incident") != 0)
    return;
  reading->incidents++;
  mado_iodef_take (root, child, reading->document, reading->output);
}

gboolean
mado_iodef_read (const MadoDocument *document, MadoFormatOutput *output)
{
  Reading reading = { output, document, 0 };
  g_autoptr (GError) error = NULL;

  if (!mado_xml_is_about (document->bytes, "IODEF-Document"))
    return FALSE;
  if (!mado_xml_read (document->bytes, document->charset, take_incident, &reading, &error))
    mado_format_problem (output, document, "the report in IODEF was not read, or not to its end: %s.", error->message);
  else if (reading.incidents == 0)
    mado_format_problem (output, document, "the report in IODEF holds no incident.");
  return TRUE;
}
