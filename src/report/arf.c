/* arf.c: see arf.h. Real feeds leave required fields out, write versions of their own, put the fields into a part that
 * says of itself that it is text, or into the header of the part: whatever is there is taken. */
#include "madoguchi/report/arf.h"

#include "madoguchi/report/fields.h"

#include <string.h>

#define BYTES_MAX (256 * 1024)
#define TYPE "message/feedback-report"

static const struct {
  const char *type;
  const char *category;
} categories[] = {
  { "abuse", "abusive-content:spam" },
  { "fraud", "fraud:phishing" },
  { "virus", "malicious-code:malware-distribution" },
  { "auth-failure", "fraud:masquerade" },
  { "opt-out", "abusive-content:spam" },
};

/* The fields of RFC 5965, 3, RFC 6591, 3, and RFC 6692, 2. */
static const char *const known[]
    = { "feedback-type", "user-agent", "version", "original-envelope-id", "original-mail-from", "arrival-date", "received-date",
        "reporting-mta", "source-ip", "source-port", "incidents", "authentication-results", "original-rcpt-to", "reported-domain",
        "reported-uri", "auth-failure", "delivery-result", "dkim-adsp-dns", "dkim-canonicalized-header",
        "dkim-canonicalized-body", "dkim-domain", "dkim-identity", "dkim-selector", "dkim-selector-dns", "spf-dns",
        "identity-alignment", NULL };

/* What the reporter's machines say about themselves or have packed: nothing to look for elsewhere. */
static const char *const notes[]
    = { "user-agent", "version", "incidents", "source-port", "original-envelope-id", "reporting-mta", "authentication-results",
        "dkim-canonicalized-header", "dkim-canonicalized-body", "dkim-adsp-dns", "dkim-selector-dns", "spf-dns", "delivery-result",
        "auth-failure", "identity-alignment", "feedback-type", "arrival-date", "received-date", NULL };

static gboolean
is_labelled (const MadoDocument *document)
{
  return strcmp (document->type, TYPE) == 0;
}

/* Does another part of this report say that it holds the fields? */
static gboolean
has_labelled (const MadoSource *source)
{
  for (guint i = 0; source != NULL && i < source->documents->len; i++) {
    const MadoDocument *document = source->documents->pdata[i];
    if (document->is_feedback && is_labelled (document))
      return TRUE;
  }
  return FALSE;
}

static gboolean
has_field (GPtrArray *fields, const char *name)
{
  for (guint i = 0; i + 1 < fields->len; i += 2)
    if (strcmp (fields->pdata[i], name) == 0)
      return TRUE;
  return FALSE;
}

/* Adds the fields of the format that stand in the part's own header. */
static void
add_header (GPtrArray *fields, const MadoDocument *document)
{
  gsize size = 0;
  const char *bytes = document->header == NULL ? NULL : g_bytes_get_data (document->header, &size);
  g_autofree char *text = g_utf8_make_valid (bytes == NULL ? "" : bytes, (gssize) MIN (size, BYTES_MAX));
  g_autoptr (GPtrArray) more = mado_fields_read (text, MADO_FORMAT_ITEMS_MAX + 1, TRUE);

  for (guint i = 0; i + 1 < more->len; i += 2) {
    if (!g_strv_contains (known, more->pdata[i]))
      continue;
    g_ptr_array_add (fields, g_strdup (more->pdata[i]));
    g_ptr_array_add (fields, g_strdup (more->pdata[i + 1]));
  }
}

static void
take_field (MadoRecordDraft *draft, const char *name, const char *value)
{
  MadoReportRecord *record = draft->record;

  if (g_strv_contains (notes, name))
    mado_record_draft_note (draft, name, value);
  else
    mado_record_draft_field (draft, name, value);
  if (strcmp (name, "feedback-type") == 0 && record->type == NULL && *value != '\0')
    record->type = g_ascii_strdown (value, -1);
  else if (strcmp (name, "version") == 0 && record->version == NULL)
    record->version = g_strdup (value);
  else if ((strcmp (name, "arrival-date") == 0 || strcmp (name, "received-date") == 0) && record->started == 0)
    record->started = mado_format_time (value);
  else if (strcmp (name, "reported-uri") == 0 || strcmp (name, "reported-domain") == 0)
    mado_record_draft_source (draft, value);
  else if (strcmp (name, "original-rcpt-to") == 0)
    mado_record_draft_target (draft, value);
}

/* What may be asked of the fields as a whole. */
static void
finish (MadoRecordDraft *draft, const MadoDocument *document, GPtrArray *fields)
{
  MadoReportRecord *record = draft->record;

  if (record->type == NULL && has_field (fields, "auth-failure"))
    record->type = g_strdup ("auth-failure");
  for (gsize i = 0; record->type != NULL && i < G_N_ELEMENTS (categories); i++)
    if (strcmp (record->type, categories[i].type) == 0)
      record->category = g_strdup (categories[i].category);
  if (record->type == NULL)
    mado_format_problem (draft->output, document, "the feedback report does not say of which type it is (RFC 5965, 3.1).");
  mado_record_draft_finish (draft);
}

gboolean
mado_arf_read (const MadoDocument *document, MadoFormatOutput *output)
{
  gboolean may_be_text = document->is_feedback && g_str_has_prefix (document->type, "text/") && !has_labelled (output->source);
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) fields = NULL;
  MadoRecordDraft *draft;

  if (!is_labelled (document) && (!may_be_text || strcmp (document->type, "text/rfc822-headers") == 0))
    return FALSE;
  text = mado_format_text (document, output, BYTES_MAX);
  fields = mado_fields_read (text, MADO_FORMAT_ITEMS_MAX + 1, TRUE);
  if (!has_field (fields, "feedback-type"))
    add_header (fields, document);
  if (!is_labelled (document) && !has_field (fields, "feedback-type"))
    return FALSE;
  if (fields->len == 0) {
    mado_format_problem (output, document, "it says that it is a feedback report, and has no field.");
    return TRUE;
  }
  draft = mado_record_draft_new (output, document, "arf");
  for (guint i = 0; i + 1 < fields->len; i += 2)
    if (strcmp (fields->pdata[i], "source-ip") == 0)
      mado_record_draft_source (draft, fields->pdata[i + 1]);
  for (guint i = 0; i + 1 < fields->len; i += 2)
    if (!g_str_has_prefix (fields->pdata[i], "content-") && strcmp (fields->pdata[i], "mime-version") != 0) /* a second header */
      take_field (draft, fields->pdata[i], fields->pdata[i + 1]);
  finish (draft, document, fields);
  return TRUE;
}
