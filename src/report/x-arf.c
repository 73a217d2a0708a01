/* x-arf.c: see x-arf.h. What feeds send is often no YAML ("http: //..."), or carries tags of the program that wrote it
 * ("!!python/unicode"): then its lines are read as plain fields, and a tag or an alias is nothing but letters. */
#include "madoguchi/report/x-arf.h"

#include "madoguchi/base/error.h"
#include "madoguchi/model/stretch.h"
#include "madoguchi/model/tlp.h"
#include "madoguchi/report/fields.h"
#include "madoguchi/report/yaml.h"

#include <string.h>

#define BYTES_MAX (256 * 1024)
#define WORDS_MIN 4 /* words of the format without which a text is no report, whatever its name */

typedef enum { NOTE, FIELD, SOURCE, TARGET } Use;

/* The words of the schemata, and what is done with their values; any other word is a field. */
static const struct {
  const char *name;
  Use use;
} words[] = {
  { "Reported-From", NOTE },   { "Report-ID", NOTE },        { "Category", NOTE },         { "Report-Type", NOTE },
  { "Service", NOTE },         { "Port", NOTE },             { "Ports", NOTE },            { "User-Agent", NOTE },
  { "Date", NOTE },            { "Source", SOURCE },         { "Source-Type", NOTE },      { "Source-Port", NOTE },
  { "Destination", TARGET },   { "Destination-Type", NOTE }, { "Destination-Port", NOTE }, { "Destination-System", NOTE },
  { "Destination-Domain", TARGET }, { "Attachment", NOTE },  { "Schema-URL", NOTE },       { "Version", NOTE },
  { "Occurrences", NOTE },     { "TLP", NOTE },              { "Domain", SOURCE },         { "Download-Link", SOURCE },
  { "Url", SOURCE },           { "Uri", SOURCE },            { "Malware-MD5", FIELD },     { "MD5", FIELD },
  { "DNSBL", NOTE },           { "DNSBL-Record", NOTE },     { "Feedback-Link", NOTE },    { "Bot-Name", NOTE },
  { "Account", FIELD },        { "Account-Type", NOTE },     { "Antivirus-Result", NOTE }, { "Antivirus-Vendor", NOTE },
  { "Download-Port", NOTE },   { "DNS-Record-Type", NOTE },  { "DNS-Record-Value", FIELD }, { "Protocol", NOTE },
};

/* Found in Report-Type: the first that is. */
static const struct {
  const char *word;
  const char *category;
} categories[] = {
  { "login", "intrusion-attempts:brute-force" },
  { "brute", "intrusion-attempts:brute-force" },
  { "compromised-account", "intrusions:unprivileged-account-compromise" },
  { "malware-attack", "malicious-code:malware-distribution" },
  { "malware", "malicious-code:malware-distribution" },
  { "virus", "malicious-code:malware-distribution" },
  { "infect", "malicious-code:infected-system" },
  { "phish", "fraud:phishing" },
  { "scam", "fraud:masquerade" },
  { "deface", "information-content-security:unauthorised-information-modification" },
  { "vertized", "abusive-content:spam" },
  { "spam", "abusive-content:spam" },
  { "regbot", "abusive-content:spam" },
  { "copyright", "fraud:copyright" },
  { "harvest", "information-gathering:scanner" },
  { "scan", "information-gathering:scanner" },
  { "probe", "information-gathering:scanner" },
  { "ddos", "availability:ddos" },
  { "dos", "availability:dos" },
  { "flood", "availability:ddos" },
  { "exploit", "intrusion-attempts:exploit" },
  { "attack", "intrusion-attempts:exploit" },
  { "bot", "malicious-code:infected-system" },
};

/* -1: it is no word of the format. */
static int
find_word (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (words[i].name, name) == 0)
      return (int) i;
  return -1;
}

/* (transfer none, nullable) the value of @name in @report. */
static const char *
find_value (GPtrArray *report, const char *name)
{
  for (guint i = 0; i + 1 < report->len; i += 2)
    if (g_ascii_strcasecmp (report->pdata[i], name) == 0)
      return report->pdata[i + 1];
  return NULL;
}

/* Is @report in the words of the format? */
static gboolean
is_report (GPtrArray *report)
{
  guint known = 0;

  for (guint i = 0; i + 1 < report->len; i += 2)
    if (find_word (report->pdata[i]) >= 0)
      known++;
  return known >= WORDS_MIN && (find_value (report, "Report-Type") != NULL || find_value (report, "Category") != NULL)
         && (find_value (report, "Reported-From") != NULL || find_value (report, "Source") != NULL);
}

/* What carriage returns and quotes are left around @value. */
static void
tidy (char *value)
{
  gsize size;

  for (char *at = strstr (value, "<U+000D>"); at != NULL; at = strstr (at, "<U+000D>"))
    memset (at, ' ', 8);
  g_strstrip (value);
  size = strlen (value);
  if (size >= 2 && (value[0] == '\'' || value[0] == '"') && value[size - 1] == value[0]) {
    value[size - 1] = '\0';
    memmove (value, value + 1, size - 1);
    g_strstrip (value);
  }
}

static gboolean
has_capitals (const char *name)
{
  return strpbrk (name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
}

static char *
to_tlp (const char *value)
{
  g_autofree char *folded = value == NULL ? NULL : g_ascii_strup (value, -1);
  g_autofree char *name = NULL;

  if (folded == NULL)
    return NULL;
  name = g_strconcat ("TLP:", strcmp (folded, "WHITE") == 0 ? "CLEAR" : folded, NULL);
  return g_strdup (mado_tlp_name (mado_tlp_level (name)));
}

/* What the record says in terms of all formats. */
static void
describe (MadoReportRecord *record, GPtrArray *report)
{
  const char *category = find_value (report, "Category"), *type = find_value (report, "Report-Type");
  const char *from = find_value (report, "Reported-From");
  g_autofree char *joined = g_strconcat (category == NULL ? "" : category, category == NULL || type == NULL ? "" : "/", type, NULL);

  record->type = g_ascii_strdown (joined, -1);
  for (gsize i = 0; type != NULL && record->category == NULL && i < G_N_ELEMENTS (categories); i++)
    if (strstr (record->type, categories[i].word) != NULL)
      record->category = g_strdup (categories[i].category);
  record->version = g_strdup (find_value (report, "Version"));
  record->id = g_strdup (find_value (report, "Report-ID"));
  record->started = mado_format_time (find_value (report, "Date"));
  record->tlp = to_tlp (find_value (report, "TLP"));
  if (from != NULL) {
    record->reporter = mado_mailbox_new ();
    record->reporter->address = mado_format_visible (from, 320);
  }
}

static void
take_report (GPtrArray *report, const MadoDocument *document, MadoFormatOutput *output)
{
  MadoRecordDraft *draft = mado_record_draft_new (output, document, "x-arf");

  for (guint i = 0; i + 1 < report->len; i += 2)
    tidy (report->pdata[i + 1]);
  mado_record_draft_source (draft, find_value (report, "Source"));
  for (guint i = 0; i + 1 < report->len; i += 2) {
    const char *name = report->pdata[i], *value = report->pdata[i + 1];
    int word = find_word (name);
    Use use = word < 0 ? FIELD : words[word].use;

    name = word < 0 || has_capitals (name) ? name : words[word].name;
    if (use == NOTE)
      mado_record_draft_note (draft, name, value);
    else
      mado_record_draft_field (draft, name, value);
    if (use == SOURCE)
      mado_record_draft_source (draft, value);
    else if (use == TARGET)
      mado_record_draft_target (draft, value);
  }
  describe (draft->record, report);
  mado_record_draft_finish (draft);
}

/* Is the part called as the format says, or does the text begin with one of the format's words? */
static gboolean
may_be_report (const MadoDocument *document, const char *text)
{
  const char *start = text + strspn (text, " \t\r\n-");
  gsize length = strspn (start, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");
  g_autofree char *word = g_strndup (start, MIN (length, 100));

  return (document->filename != NULL && g_ascii_strcasecmp (document->filename, "report.txt") == 0) || *start == '%' || find_word (word) >= 0;
}

/* Does @text hold enough words of the format to be a report, in whatever way it is written? */
static gboolean
looks_like_report (const char *text)
{
  g_autofree char *folded = g_ascii_strdown (text, -1);
  guint found = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (words) && found < WORDS_MIN; i++) {
    g_autofree char *name = g_ascii_strdown (words[i].name, -1);
    const char *at = strstr (folded, name);
    if (at != NULL && strchr (" \t\"':", at[strlen (name)]) != NULL)
      found++;
  }
  return found >= WORDS_MIN && strstr (folded, "report-type") != NULL;
}

gboolean
mado_x_arf_read (const MadoDocument *document, MadoFormatOutput *output)
{
  static const char *const types[] = { "text/plain", "text/yaml", "text/x-yaml", "application/yaml", "application/x-yaml",
                                       "application/octet-stream", NULL };
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) reports = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_found = FALSE;

  if (!g_strv_contains (types, document->type))
    return FALSE;
  text = mado_format_text (document, output, BYTES_MAX);
  if (!may_be_report (document, text) || !looks_like_report (text))
    return FALSE;
  if (!mado_yaml_read (text, strlen (text), &reports, &error)) {
    if (g_error_matches (error, MADO_ERROR, MADO_ERROR_LIMIT)) {
      mado_format_problem (output, document, "it looks like a report in X-ARF and was not read: %s.", error->message);
      return TRUE;
    }
    if (g_error_matches (error, MADO_ERROR, MADO_ERROR_DENIED))
      mado_format_problem (output, document, "the lines of the report in X-ARF were read as they stand: %s.", error->message);
    reports = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
    g_ptr_array_add (reports, mado_fields_read (text, MADO_FORMAT_ITEMS_MAX + 1, FALSE));
  }
  for (guint i = 0; i < reports->len && output->left_out == 0; i++) {
    if (!is_report (reports->pdata[i]))
      continue;
    is_found = TRUE;
    take_report (reports->pdata[i], document, output);
  }
  if (!is_found && output->left_out == 0) /* else it was not looked at */
    mado_format_problem (output, document, "it looks like a report in X-ARF and says neither who reports what nor about whom.");
  return TRUE;
}

gboolean
mado_x_arf_is_promised (const MadoSource *source)
{
  static const char *const promises[] = { "yes", "plain", "secure", "bulk", "true", "1", NULL };

  for (guint i = 0; i < source->stretches->len; i++) {
    const MadoStretch *stretch = source->stretches->pdata[i];
    g_autofree char *value = NULL;
    if (strcmp (stretch->part, "header X-ARF") != 0 && strcmp (stretch->part, "header X-XARF") != 0)
      continue;
    value = g_strstrip (g_ascii_strdown (stretch->text, -1));
    if (g_strv_contains (promises, value))
      return TRUE;
  }
  return FALSE;
}
