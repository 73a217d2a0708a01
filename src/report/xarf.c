/* xarf.c: see xarf.h. Called by json-formats.c in the opener's child. */
#include "madoguchi/report/xarf.h"

#include "madoguchi/report/json-map.h"
#include "madoguchi/report/json.h"
#include "madoguchi/report/xarf-rules.h"

#include <string.h>

#define FAULTS_SHOWN 6

/* Every type that a schema has. A type is compared without its case and its joints: "Login-Attack", "login_attack". */
static const struct {
  const char *class; /* of version 3; category of version 4 */
  const char *type;
  const char *category; /* in RSIT; NULL: it has no word for it */
} types[] = {
  { "activity", "dos", "availability:dos" },
  { "activity", "ddos", "availability:ddos" },
  { "activity", "exploit", "intrusion-attempts:exploit" },
  { "activity", "harassment", "abusive-content:harmful-speech" },
  { "activity", "loginattack", "intrusion-attempts:brute-force" },
  { "activity", "malware", "malicious-code:infected-system" },
  { "activity", "phishing", "fraud:phishing" },
  { "activity", "botnet", "malicious-code:infected-system" },
  { "activity", "copyright", "fraud:copyright" },
  { "activity", "portscan", "information-gathering:scanner" },
  { "activity", "potentiallycompromisedaccount", "intrusions:unprivileged-account-compromise" },
  { "activity", "spam", "abusive-content:spam" },
  { "activity", "webcrawler", NULL },
  { "content", "botnet", "malicious-code:infected-system" },
  { "content", "childabuse", "abusive-content:violence" },
  { "content", "childsexualabusematerial", "abusive-content:violence" },
  { "content", "copyright", "fraud:copyright" },
  { "content", "malware", "malicious-code:malware-distribution" },
  { "content", "phishing", "fraud:phishing" },
  { "content", "trademark", NULL },
  { "content", "brandinfringement", NULL },
  { "content", "csam", "abusive-content:violence" },
  { "content", "csem", "abusive-content:violence" },
  { "content", "exposeddata", "information-content-security:data-leak" },
  { "content", "fraud", NULL },
  { "content", "remotecompromise", "intrusions:system-compromise" },
  { "content", "suspiciousregistration", NULL },
  { "vulnerability", "openservice", "vulnerable:potentially-unwanted-accessible" },
  { "vulnerability", "cve", "vulnerable:vulnerable-system" },
  { "vulnerability", "misconfiguration", NULL },
  { "connection", "ddos", "availability:ddos" },
  { "connection", "infectedhost", "malicious-code:infected-system" },
  { "connection", "loginattack", "intrusion-attempts:brute-force" },
  { "connection", "portscan", "information-gathering:scanner" },
  { "connection", "reconnaissance", "information-gathering:scanner" },
  { "connection", "scraping", NULL },
  { "connection", "sqlinjection", "intrusion-attempts:exploit" },
  { "connection", "vulnerabilityscan", "information-gathering:scanner" },
  { "copyright", "copyright", "fraud:copyright" },
  { "copyright", "cyberlocker", "fraud:copyright" },
  { "copyright", "linksite", "fraud:copyright" },
  { "copyright", "p2p", "fraud:copyright" },
  { "copyright", "ugcplatform", "fraud:copyright" },
  { "copyright", "usenet", "fraud:copyright" },
  { "infrastructure", "botnet", "malicious-code:infected-system" },
  { "infrastructure", "compromisedserver", "intrusions:system-compromise" },
  { "messaging", "bulkmessaging", "abusive-content:spam" },
  { "messaging", "spam", "abusive-content:spam" },
  { "reputation", "blocklist", NULL },
  { "reputation", "threatintelligence", NULL },
};

static const MadoMapRow old_rows[] = {
  { "Version", MADO_MAP_VERSION, TRUE },
  { "ReporterInfo.ReporterOrg", MADO_MAP_ORGANIZATION, TRUE },
  { "ReporterInfo.ReporterContactName", MADO_MAP_NAME, TRUE },
  { "ReporterInfo*", MADO_MAP_FIELD, TRUE },
  { "OnBehalfOf*", MADO_MAP_FIELD, TRUE },
  { "InternalProcessing*", MADO_MAP_FIELD, TRUE }, /* to be ignored, says the schema, unless one knows who wrote it */
  { "Disclosure", MADO_MAP_FIELD, TRUE },
  { "Report.ReporterCaseID", MADO_MAP_ID, TRUE },
  { "Report.ReportClass", MADO_MAP_FIELD, TRUE },
  { "Report.ReportType", MADO_MAP_FIELD, TRUE },
  { "Report.Date", MADO_MAP_DETECTED, TRUE },
  { "Report.FirstSeen", MADO_MAP_STARTED, TRUE },
  { "Report.SourceIp", MADO_MAP_SOURCE },
  { "Report.SourceUrl", MADO_MAP_SOURCE },
  { "Report.Url", MADO_MAP_SOURCE },
  { "Report.Source.IP", MADO_MAP_SOURCE },
  { "Report.Source.URL", MADO_MAP_SOURCE },
  { "Report.AttackerIp", MADO_MAP_SOURCE },
  { "Report.DestinationIp", MADO_MAP_TARGET },
  { "Report.AdditionalInfo.DestinationIP", MADO_MAP_TARGET },
  { "Report.SmtpRcptToAddress", MADO_MAP_TARGET },
  { "Report.CVE", MADO_MAP_REFERENCE },
  { "Report.ReporterNotes", MADO_MAP_DESCRIPTION },
  { "Report.HarassmentDescription", MADO_MAP_DESCRIPTION },
  { "Report.AttackDescription", MADO_MAP_DESCRIPTION },
  { "Report.Samples[].Payload", MADO_MAP_SKIP },
  { "Report.Attachment[].Data", MADO_MAP_SKIP },
  { "*.ContentType", MADO_MAP_FIELD, TRUE },
  { NULL }
};

static const MadoMapRow new_rows[] = {
  { "xarf_version", MADO_MAP_VERSION, TRUE },
  { "report_id", MADO_MAP_ID, TRUE },
  { "timestamp", MADO_MAP_STARTED, TRUE },
  { "first_seen", MADO_MAP_STARTED, TRUE },
  { "last_seen", MADO_MAP_ENDED, TRUE },
  { "reporter.org", MADO_MAP_ORGANIZATION, TRUE },
  { "reporter.contact", MADO_MAP_ADDRESS, TRUE },
  { "reporter*", MADO_MAP_FIELD, TRUE },
  { "sender.*", MADO_MAP_FIELD, TRUE },
  { "_internal*", MADO_MAP_SKIP },
  { "category", MADO_MAP_FIELD, TRUE },
  { "type", MADO_MAP_FIELD, TRUE },
  { "source_identifier", MADO_MAP_SOURCE },
  { "url", MADO_MAP_SOURCE },
  { "infringing_url", MADO_MAP_SOURCE },
  { "c2_server", MADO_MAP_SOURCE },
  { "destination_ip", MADO_MAP_TARGET },
  { "target_url", MADO_MAP_TARGET },
  { "smtp_to", MADO_MAP_TARGET },
  { "cve_id", MADO_MAP_REFERENCE },
  { "cve_ids[]", MADO_MAP_REFERENCE },
  { "vendor_advisory", MADO_MAP_REFERENCE, TRUE },
  { "patch_url", MADO_MAP_FIELD, TRUE },
  { "original_url", MADO_MAP_FIELD, TRUE },
  { "legitimate_site", MADO_MAP_FIELD, TRUE },
  { "description", MADO_MAP_DESCRIPTION },
  { "evidence[].payload", MADO_MAP_SKIP },
  { "evidence[].hash", MADO_MAP_FIELD, TRUE },
  { "*content_type", MADO_MAP_FIELD, TRUE },
  { NULL }
};

static char *
fold_type (const char *type)
{
  g_autoptr (GString) folded = g_string_new (NULL);

  for (; type != NULL && *type != '\0'; type++)
    if (g_ascii_isalnum (*type))
      g_string_append_c (folded, g_ascii_tolower (*type));
  return g_strdup (folded->str);
}

/* @is_known: (out) has a schema this pair? The category is that of the type where the class is of no schema. */
static const char *
find_category (const char *class, const char *type, gboolean *is_known)
{
  g_autofree char *first = fold_type (class), *second = fold_type (type);
  const char *category = NULL;

  *is_known = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (types); i++) {
    if (strcmp (second, types[i].type) != 0)
      continue;
    if (strcmp (first, types[i].class) == 0) {
      *is_known = TRUE;
      return types[i].category;
    }
    category = category == NULL ? types[i].category : category;
  }
  return category;
}

static void
read_samples (MadoRecordDraft *draft, JsonNode *list, const char *path, const char *payload, const char *type, gboolean is_base64)
{
  for (guint i = 0; i < mado_json_count (list); i++) {
    JsonNode *sample = mado_json_item (list, i), *flag = mado_json_member (sample, "Base64Encoded");
    const char *data = mado_json_get (sample, payload);
    g_autofree char *name = g_strdup_printf ("%s[%u].%s", path, i, payload), *flagged = mado_json_text (flag);
    if (data != NULL)
      mado_json_sample (draft, name, mado_json_get (sample, type), data, is_base64 || g_strcmp0 (flagged, "true") == 0);
  }
}

/* A number alone may be anybody's: it is known as "DOMAIN#NUMBER". */
static void
take_number (JsonNode *root, MadoRecordDraft *draft)
{
  const char *domain = mado_json_string (mado_json_find (root, "ReporterInfo.ReporterOrgDomain"));
  const char *number = mado_json_string (mado_json_find (root, "Report.ReporterCaseID"));
  g_autofree char *both = domain == NULL || number == NULL || *domain == '\0' || *number == '\0' ? NULL : g_strdup_printf ("%s#%s", domain, number);

  mado_json_use (draft, MADO_MAP_EXTERNAL, both);
}

static void
read_old (JsonNode *root, MadoRecordDraft *draft)
{
  JsonNode *report = mado_json_member (root, "Report");

  take_number (root, draft);
  mado_json_use (draft, MADO_MAP_ADDRESS, mado_json_get (mado_json_member (root, "ReporterInfo"), "ReporterContactEmail"));
  mado_json_use (draft, MADO_MAP_ADDRESS, mado_json_get (mado_json_member (root, "ReporterInfo"), "ReporterOrgEmail"));
  mado_json_map (draft, root, "", old_rows);
  if (draft->record->started == 0)
    draft->record->started = draft->record->detected; /* "can be omitted if it is the same" */
  read_samples (draft, mado_json_member (report, "Samples"), "Report.Samples", "Payload", "ContentType", FALSE);
  read_samples (draft, mado_json_member (report, "Attachment"), "Report.Attachment", "Data", "ContentType", TRUE);
}

static void
read_new (JsonNode *root, MadoRecordDraft *draft)
{
  mado_json_use (draft, MADO_MAP_STARTED, mado_json_get (root, "first_seen"));
  mado_json_map (draft, root, "", new_rows);
  read_samples (draft, mado_json_member (root, "evidence"), "evidence", "payload", "content_type", TRUE);
}

/* One sentence on what its schema does not allow. */
static void
tell_faults (JsonNode *root, gboolean is_v4, gboolean is_known, const MadoDocument *document, MadoFormatOutput *output)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *listed = NULL, *more = NULL;
  guint count = 0;

  if (!is_known) {
    g_ptr_array_add (found, g_strdup (is_v4 ? "category and type are no known pair" : "Report.ReportClass and Report.ReportType are no known pair"));
    count++;
  }
  count += mado_xarf_check (root, is_v4, found, FAULTS_SHOWN - count);
  if (count == 0)
    return;
  more = count > found->len ? g_strdup_printf ("; and %u more", count - found->len) : g_strdup ("");
  g_ptr_array_add (found, NULL);
  listed = g_strjoinv ("; ", (char **) found->pdata);
  mado_format_problem (output, document, "the XARF report is not as its schema wants it: %s%s.", listed, more);
}

/* Nothing but what an older report has at its root. */
static gboolean
is_old_report (JsonNode *root)
{
  static const char *const names[] = { "Version", "ReporterInfo", "Disclosure", "Report", "OnBehalfOf", "InternalProcessing", NULL };
  JsonObjectIter iter;
  const char *name;

  if (mado_json_member (root, "ReporterInfo") != NULL || mado_json_find (root, "Report.ReportType") != NULL)
    return TRUE;
  json_object_iter_init (&iter, json_node_get_object (root));
  while (json_object_iter_next (&iter, &name, NULL))
    if (!g_strv_contains (names, name))
      return FALSE;
  return mado_json_member (root, "Version") != NULL;
}

gboolean
mado_xarf_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output)
{
  gboolean is_v4 = mado_json_member (root, "xarf_version") != NULL, is_known;
  JsonNode *from = is_v4 ? root : mado_json_member (root, "Report");
  const char *class = mado_json_get (from, is_v4 ? "category" : "ReportClass"), *type = mado_json_get (from, is_v4 ? "type" : "ReportType");
  const char *category;
  MadoRecordDraft *draft;

  if (!is_v4 && !is_old_report (root))
    return FALSE;
  draft = mado_record_draft_new (output, document, "xarf");
  if (is_v4)
    read_new (root, draft);
  else
    read_old (root, draft);
  if (type != NULL) {
    g_autofree char *both = g_strdup_printf ("%s/%s", class == NULL ? "" : class, type);
    mado_json_use (draft, MADO_MAP_TYPE, class == NULL ? type : both);
  }
  category = find_category (class, type, &is_known);
  draft->record->category = g_strdup (category);
  tell_faults (root, is_v4, is_known, document, output);
  mado_record_draft_finish (draft);
  return TRUE;
}
