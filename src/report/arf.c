/* arf.c: see arf.h. Real feeds leave required fields out, or write versions of their own: whatever is there is taken. */
#include "madoguchi/report/arf.h"

#include <string.h>

#define BYTES_MAX (256 * 1024)

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

/* (transfer full) the fields of RFC 5322 form in @bytes: name, value, name, value; folded lines joined. */
static GPtrArray *
read_fields (GBytes *bytes)
{
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);
  g_autofree char *text = g_strndup (data, MIN (size, BYTES_MAX));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  GPtrArray *fields = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; lines[i] != NULL; i++) {
    char *colon = strchr (lines[i], ':');
    if (g_ascii_isspace (lines[i][0]) && fields->len > 0 && *g_strchug (lines[i]) != '\0') {
      char **last = (char **) &fields->pdata[fields->len - 1];
      char *joined = g_strconcat (*last, " ", g_strchomp (lines[i]), NULL);
      g_free (*last);
      *last = joined;
    } else if (colon != NULL && colon > lines[i] && fields->len < 2 * MADO_FORMAT_ITEMS_MAX) {
      *colon = '\0';
      g_ptr_array_add (fields, g_ascii_strdown (g_strstrip (lines[i]), -1));
      g_ptr_array_add (fields, g_strdup (g_strstrip (colon + 1)));
    }
  }
  return fields;
}

static void
take_field (MadoRecordDraft *draft, const char *name, const char *value)
{
  MadoReportRecord *record = draft->record;

  mado_record_draft_field (draft, name, value);
  if (strcmp (name, "feedback-type") == 0 && record->type == NULL)
    record->type = g_ascii_strdown (value, -1);
  else if (strcmp (name, "version") == 0 && record->version == NULL)
    record->version = g_strdup (value);
  else if (strcmp (name, "arrival-date") == 0 || strcmp (name, "received-date") == 0)
    record->started = mado_format_time (value);
  else if (strcmp (name, "source-ip") == 0)
    mado_record_draft_source (draft, value);
  else if (strcmp (name, "original-rcpt-to") == 0)
    mado_record_draft_target (draft, value);
  else if (strcmp (name, "reported-uri") == 0 || strcmp (name, "reported-domain") == 0)
    mado_record_draft_source (draft, value);
}

gboolean
mado_arf_read (const MadoDocument *document, MadoFormatOutput *output)
{
  g_autoptr (GPtrArray) fields = NULL;
  MadoRecordDraft *draft;

  if (strcmp (document->type, "message/feedback-report") != 0)
    return FALSE;
  fields = read_fields (document->bytes);
  if (fields->len == 0) {
    mado_format_problem (output, document, "it says that it is a feedback report, and has no field.");
    return TRUE;
  }
  draft = mado_record_draft_new (output, document, "arf");
  for (guint i = 0; i + 1 < fields->len; i += 2)
    take_field (draft, fields->pdata[i], fields->pdata[i + 1]);
  for (gsize i = 0; draft->record->type != NULL && i < G_N_ELEMENTS (categories); i++)
    if (strcmp (draft->record->type, categories[i].type) == 0)
      draft->record->category = g_strdup (categories[i].category);
  if (draft->record->type == NULL)
    mado_format_problem (output, document, "the feedback report does not say of which type it is (RFC 5965, 3.1).");
  mado_record_draft_finish (draft);
  return TRUE;
}
