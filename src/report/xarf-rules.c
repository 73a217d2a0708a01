/* xarf-rules.c: see xarf-rules.h. Called by xarf.c in the opener's child. The older tables are those of the versions alpha, 1,
 * 2, 3 and development together: where they differ, a report is right when it is in one of them. */
#include "madoguchi/report/xarf-rules.h"

#include "madoguchi/report/json.h"

#include <string.h>

#define REPORTER_MEMBERS \
  " ReporterType ReporterOrg ReporterOrgDomain ReporterOrgEmail ReporterOrgAddress ReporterContactEmail ReporterContactName ReporterContactPhone "

static const MadoRule old_rules[] = {
  { "Version", MADO_RULE_WORD, " alpha 1 2 3 development 3.0 3.0.0 " },
  { "Disclosure", MADO_RULE_BOOL },
  { "ReporterInfo", MADO_RULE_CLOSED, REPORTER_MEMBERS },
  { "ReporterInfo.ReporterType", MADO_RULE_WORD, " Org Person " },
  { "ReporterInfo.ReporterOrg", MADO_RULE_NAME },
  { "ReporterInfo.ReporterOrgDomain", MADO_RULE_HOST },
  { "ReporterInfo.ReporterOrgEmail", MADO_RULE_EMAIL },
  { "ReporterInfo.ReporterOrgAddress", MADO_RULE_STRING },
  { "ReporterInfo.ReporterContactEmail", MADO_RULE_EMAIL },
  { "ReporterInfo.ReporterContactName", MADO_RULE_NAME },
  { "ReporterInfo.ReporterContactPhone", MADO_RULE_NAME },
  { "OnBehalfOf", MADO_RULE_OBJECT },
  { "OnBehalfOf.ComplainantType", MADO_RULE_WORD, " Org Person " },
  { "OnBehalfOf.ComplainantOrg", MADO_RULE_NAME },
  { "OnBehalfOf.ComplainantOrgDomain", MADO_RULE_HOST },
  { "OnBehalfOf.ComplainantOrgEmail", MADO_RULE_EMAIL },
  { "OnBehalfOf.ComplainantContactEmail", MADO_RULE_EMAIL },
  { "OnBehalfOf.ComplainantContactName", MADO_RULE_NAME },
  { "OnBehalfOf.ComplainantContactPhone", MADO_RULE_NAME },
  { "InternalProcessing", MADO_RULE_OBJECT },
  { "InternalProcessing.SubscriberInformation.ID", MADO_RULE_STRING },
  { "InternalProcessing.SubscriberInformation.SubscriberData", MADO_RULE_STRINGS },
  { "InternalProcessing.ContractInformation.ID", MADO_RULE_STRING },
  { "InternalProcessing.ContractInformation.ResolverData", MADO_RULE_STRINGS },
  { "InternalProcessing.EventTags", MADO_RULE_LIST },
  { "InternalProcessing.EventTags[]", MADO_RULE_STRING },
  { "Report", MADO_RULE_OBJECT },
  { "Report.ReportClass", MADO_RULE_WORD, " Content Activity Vulnerability " },
  { "Report.ReportType", MADO_RULE_STRING },
  { "Report.ReportSubType", MADO_RULE_STRING },
  { "Report.ReporterCaseID", MADO_RULE_STRING },
  { "Report.ReporterSeverity", MADO_RULE_WORD, " low medium high " },
  { "Report.ReporterNotes", MADO_RULE_STRING },
  { "Report.Custom", MADO_RULE_PLAIN },
  { "Report.Date", MADO_RULE_TIME },
  { "Report.FirstSeen", MADO_RULE_TIME },
  { "Report.SourceIp", MADO_RULE_IP },
  { "Report.SourcePort", MADO_RULE_PORT },
  { "Report.SourceUrl", MADO_RULE_URL },
  { "Report.ASN", MADO_RULE_COUNT },
  { "Report.DestinationIp", MADO_RULE_IP },
  { "Report.DestinationPort", MADO_RULE_PORTS },
  { "Report.AttackerIp", MADO_RULE_IP },
  { "Report.AttackerPort", MADO_RULE_PORTS },
  { "Report.Account", MADO_RULE_OBJECT },
  { "Report.Account.AccountIdentifier", MADO_RULE_NO_EMAIL },
  { "Report.Account.AccountEmail", MADO_RULE_STRING },
  { "Report.ByteCount", MADO_RULE_COUNT },
  { "Report.PacketCount", MADO_RULE_COUNT },
  { "Report.Ongoing", MADO_RULE_BOOL },
  { "Report.ThreatActor", MADO_RULE_STRING },
  { "Report.BotnetName", MADO_RULE_STRING },
  { "Report.MalwareName", MADO_RULE_STRING },
  { "Report.RpzDomain", MADO_RULE_HOST },
  { "Report.SmtpMailFromAddress", MADO_RULE_EMAIL },
  { "Report.SmtpRcptToAddress", MADO_RULE_EMAIL },
  { "Report.ServiceName", MADO_RULE_STRING },
  { "Report.ServiceVersion", MADO_RULE_STRING },
  { "Report.TransportProtocol", MADO_RULE_WORD, " tcp udp " },
  { "Report.Harasser", MADO_RULE_STRING },
  { "Report.HarassmentDescription", MADO_RULE_STRING },
  { "Report.HarassmentType", MADO_RULE_WORD, " doxing stalking sexual believes defamation extortion hate " },
  { "Report.HarassmentLocation", MADO_RULE_WORD, " website chat game " },
  { "Report.CVE", MADO_RULE_CVE },
  { "Report.CVSS", MADO_RULE_OBJECT },
  { "Report.CVSS.Score", MADO_RULE_NUMBER },
  { "Report.CVSS.Version", MADO_RULE_WORD, " 3.1 3.0 2 " },
  { "Report.CVSS.Vector", MADO_RULE_CVSS },
  { "Report.CVSS.Severity", MADO_RULE_WORD, " None Low Medium High Critical " },
  { "Report.InfringedMaterial", MADO_RULE_STRING },
  { "Report.MaterialType", MADO_RULE_STRING },
  { "Report.SharingProtocol", MADO_RULE_STRING },
  { "Report.CourtOrder", MADO_RULE_URL },
  { "Report.TrademarkedMaterial", MADO_RULE_STRING },
  { "Report.RegistrationOffice", MADO_RULE_STRING },
  { "Report.RegistrationNumber", MADO_RULE_STRING },
  { "Report.FileName", MADO_RULE_STRING },
  { "Report.FileSize", MADO_RULE_COUNT },
  { "Report.FileHash.HashValue", MADO_RULE_STRING },
  { "Report.FileHash.HashAlgorithm", MADO_RULE_WORD, " sha1 sha2 sha3 sha256 sha512 md5 argon2id scrypt bcrypt pbkdf2 " },
  { "Report.FileHash.HashComplete", MADO_RULE_BOOL },
  { "Report.PasswordHash.HashValue", MADO_RULE_STRING },
  { "Report.PasswordHash.HashAlgorithm", MADO_RULE_WORD, " sha1 sha2 sha3 sha256 sha512 md5 argon2id scrypt bcrypt pbkdf2 " },
  { "Report.Samples", MADO_RULE_LIST },
  { "Report.Samples[]", MADO_RULE_OBJECT },
  { "Report.Samples[].ContentType", MADO_RULE_STRING },
  { "Report.Samples[].Base64Encoded", MADO_RULE_BOOL },
  { "Report.Samples[].Description", MADO_RULE_STRING },
  { "Report.Samples[].Payload", MADO_RULE_STRING },
  { NULL }
};

static const MadoRuleNeed old_needs[] = {
  { "", NULL, "ReporterInfo" },
  { "", NULL, "Disclosure" },
  { "", NULL, "Report" },
  { "ReporterInfo", "ReporterType!=Person", "ReporterOrg" },
  { "ReporterInfo", "ReporterType!=Person", "ReporterOrgDomain" },
  { "ReporterInfo", "ReporterType!=Person", "ReporterOrgEmail" },
  { "OnBehalfOf", "ComplainantType!=Person", "ComplainantOrg" },
  { "OnBehalfOf", "ComplainantType!=Person", "ComplainantOrgDomain" },
  { "OnBehalfOf", "ComplainantType!=Person", "ComplainantOrgEmail" },
  { "Report", NULL, "ReportClass" },
  { "Report", NULL, "ReportType" },
  { "Report", NULL, "Date" },
  { "Report", "ReportType!=PotentiallyCompromisedAccount", "SourceIp|SourceUrl|Source" },
  { "Report", "ReportType=PotentiallyCompromisedAccount", "!SourceIp" },
  { "Report", "ReportType=PotentiallyCompromisedAccount", "!SourceUrl" },
  { "Report", "ReportType=PotentiallyCompromisedAccount", "Account" },
  { "Report", "ReportType=Phishing", "SourceUrl" },
  { "Report", "ReportType=OpenService", "ServiceName" },
  { "Report", "ReportType=Harassment", "Harasser" },
  { "Report", "ReportType=Harassment", "HarassmentDescription" },
  { "Report", "ReportType=Copyright", "InfringedMaterial" },
  { "Report", "ReportType=Trademark", "TrademarkedMaterial" },
  { "Report.FileHash", NULL, "HashValue" },
  { "Report.FileHash", NULL, "HashAlgorithm" },
  { "Report.PasswordHash", NULL, "HashValue" },
  { "Report.CVSS", NULL, "Version" },
  { "Report.CVSS", NULL, "Vector" },
  { "Report.Samples[]", NULL, "Payload|FileName" },
  { "Report.Samples[]", NULL, "ContentType|FileName" },
  { NULL }
};

#define CONTACT(name)                                                                                                                      \
  { name, MADO_RULE_CLOSED, " org contact domain " }, { name ".org", MADO_RULE_STRING }, { name ".contact", MADO_RULE_EMAIL },          \
    { name ".domain", MADO_RULE_HOST }

static const MadoRule new_rules[] = {
  { "xarf_version", MADO_RULE_STRING },
  { "report_id", MADO_RULE_UUID },
  { "timestamp", MADO_RULE_TIME },
  CONTACT ("reporter"),
  CONTACT ("sender"),
  { "source_identifier", MADO_RULE_STRING },
  { "source_port", MADO_RULE_PORT },
  { "category", MADO_RULE_WORD, " messaging content copyright connection vulnerability infrastructure reputation " },
  { "type", MADO_RULE_STRING },
  { "evidence_source", MADO_RULE_STRING },
  { "evidence", MADO_RULE_LIST },
  { "evidence[]", MADO_RULE_CLOSED, " content_type description payload hash size " },
  { "evidence[].content_type", MADO_RULE_STRING },
  { "evidence[].description", MADO_RULE_STRING },
  { "evidence[].payload", MADO_RULE_STRING },
  { "evidence[].hash", MADO_RULE_STRING },
  { "evidence[].size", MADO_RULE_COUNT },
  { "tags", MADO_RULE_LIST },
  { "tags[]", MADO_RULE_STRING },
  { "confidence", MADO_RULE_NUMBER },
  { "description", MADO_RULE_STRING },
  { "legacy_version", MADO_RULE_STRING },
  { "destination_ip", MADO_RULE_IP },
  { "destination_port", MADO_RULE_PORT },
  { "first_seen", MADO_RULE_TIME },
  { "last_seen", MADO_RULE_TIME },
  { "url", MADO_RULE_URL },
  { "smtp_from", MADO_RULE_EMAIL },
  { "smtp_to", MADO_RULE_EMAIL },
  { "cve_id", MADO_RULE_CVE },
  { "cve_ids[]", MADO_RULE_CVE },
  { "cvss_score", MADO_RULE_NUMBER },
  { "service_port", MADO_RULE_PORT },
  { NULL }
};

static const MadoRuleNeed new_needs[] = {
  { "", NULL, "report_id" },
  { "", NULL, "timestamp" },
  { "", NULL, "reporter" },
  { "", NULL, "sender" },
  { "", NULL, "source_identifier" },
  { "", NULL, "category" },
  { "", NULL, "type" },
  { "reporter", NULL, "org" },
  { "reporter", NULL, "contact" },
  { "reporter", NULL, "domain" },
  { "sender", NULL, "org" },
  { "sender", NULL, "contact" },
  { "sender", NULL, "domain" },
  { "evidence[]", NULL, "content_type" },
  { "evidence[]", NULL, "payload" },
  { NULL }
};

static gboolean
is_of_old_version (JsonNode *root)
{
  static const char *const old[] = { "alpha", "1", "2", NULL };
  const char *version = mado_json_get (root, "Version");

  return version != NULL && g_strv_contains (old, version);
}

/* A digest was a string before version 3, and is an object since. */
static const char *
check_hash (JsonNode *root)
{
  JsonNode *hash = mado_json_find (root, "Report.FileHash");

  if (hash == NULL)
    return NULL;
  if (is_of_old_version (root))
    return mado_json_string (hash) != NULL ? NULL : "Report.FileHash is no text";
  return JSON_NODE_HOLDS_OBJECT (hash) ? NULL : "Report.FileHash is no object";
}

/* An account of whom nothing is said. */
static const char *
check_account (JsonNode *root)
{
  JsonNode *account = mado_json_find (root, "Report.Account");

  if (account == NULL || !JSON_NODE_HOLDS_OBJECT (account) || json_object_get_size (json_node_get_object (account)) > 0)
    return NULL;
  return "Report.Account says nothing";
}

/* Before version 3 malware had to have a URL. */
static const char *
check_malware (JsonNode *root)
{
  JsonNode *report = mado_json_member (root, "Report");

  if (!is_of_old_version (root) || !mado_json_is (report, "ReportType", "Malware") || !mado_json_is (report, "ReportClass", "Content"))
    return NULL;
  return mado_json_member (report, "SourceUrl") != NULL ? NULL : "Report lacks SourceUrl";
}

/* Version 2 has a vector without its name, the others have one with it. */
static const char *
check_cvss (JsonNode *root)
{
  JsonNode *cvss = mado_json_find (root, "Report.CVSS");
  const char *version = mado_json_get (cvss, "Version"), *vector = mado_json_get (cvss, "Vector");

  if (version == NULL || vector == NULL || g_str_has_prefix (vector, "CVSS:3.") == (strcmp (version, "2") != 0))
    return NULL;
  return "Report.CVSS.Vector is not of the version that Report.CVSS.Version names";
}

guint
mado_xarf_check (JsonNode *root, gboolean is_v4, GPtrArray *found, guint max)
{
  static const char *(*const more[]) (JsonNode *) = { check_hash, check_account, check_malware, check_cvss };
  guint count;

  if (is_v4)
    return mado_json_check (root, new_rules, new_needs, found, max);
  count = mado_json_check (root, old_rules, old_needs, found, max);
  for (gsize i = 0; i < G_N_ELEMENTS (more); i++) {
    const char *fault = more[i](root);
    if (fault == NULL)
      continue;
    if (count++ < max)
      g_ptr_array_add (found, g_strdup (fault));
  }
  return count;
}
