/* formats.c: see formats.h. Called by read.c in the opener's child. The table is the list of what we read. */
#include "madoguchi/report/formats.h"

#include "madoguchi/model/stretch.h"
#include "madoguchi/model/tlp.h"
#include "madoguchi/report/arf.h"
#include "madoguchi/report/dmarc.h"
#include "madoguchi/report/form-match.h"
#include "madoguchi/report/form.h"
#include "madoguchi/report/format.h"
#include "madoguchi/report/iodef.h"
#include "madoguchi/report/json-formats.h"
#include "madoguchi/report/x-arf.h"

#include <string.h>

/* The first that says yes has the document. */
static const MadoFormatReader readers[] = {
  mado_arf_read,
  mado_x_arf_read,
  mado_iodef_read,
  mado_dmarc_read,
  mado_json_formats_read,
};

static void
read_document (const MadoDocument *document, MadoFormatOutput *output, GHashTable *understood)
{
  guint before = output->records->len;

  for (gsize i = 0; i < G_N_ELEMENTS (readers); i++)
    if (readers[i](document, output))
      break;
  if (output->records->len > before)
    g_hash_table_add (understood, document->part);
}

/* Forms stand in texts, and stay there: their logs and descriptions are read like any other text. */
static void
read_forms (const MadoSource *source, MadoFormatOutput *output, GHashTable *understood, const MadoFormTemplates *forms)
{
  gsize left = MADO_FORM_MAIL_MAX;

  for (guint i = 0; forms != NULL && i < source->stretches->len && left > 0; i++) {
    const MadoStretch *stretch = source->stretches->pdata[i];
    if (!stretch->is_header && !g_hash_table_contains (understood, stretch->part))
      mado_form_read (forms, stretch, output->subject, &left, output);
  }
}

/* The raw text of a part that was understood says nothing that its fields do not say better. */
static void
replace_texts (MadoSource *source, GHashTable *understood, MadoFormatOutput *output)
{
  for (guint i = source->stretches->len; i > 0; i--) {
    const MadoStretch *stretch = source->stretches->pdata[i - 1];
    if (g_hash_table_contains (understood, stretch->part))
      g_ptr_array_remove_index (source->stretches, i - 1);
  }
  g_ptr_array_extend_and_steal (source->stretches, g_steal_pointer (&output->texts));
}

/* The part behind a report in ARF or X-ARF is what it is about: shown, not said. */
static void
mark_evidence (GPtrArray *stretches, const MadoReportRecord *record)
{
  const char *point = strrchr (record->part, '.');
  g_autofree char *next = NULL;

  if (point == NULL || (strcmp (record->format, "arf") != 0 && strcmp (record->format, "x-arf") != 0))
    return;
  next = g_strdup_printf ("%.*s.%" G_GUINT64_FORMAT, (int) (point - record->part), record->part, g_ascii_strtoull (point + 1, NULL, 10) + 1);
  for (guint i = 0; i < stretches->len; i++) {
    MadoStretch *stretch = stretches->pdata[i];
    if (strcmp (stretch->part, next) == 0)
      stretch->is_evidence = TRUE;
  }
}

/* A mail that promises a report and holds none. */
static void
note_missing (const MadoSource *source, MadoFormatOutput *output)
{
  for (guint i = 0; i < output->records->len; i++) {
    const MadoReportRecord *record = output->records->pdata[i];
    if (g_str_has_suffix (record->format, "arf"))
      return;
  }
  if (output->problems->len == 0 && mado_x_arf_is_promised (source))
    g_ptr_array_add (output->problems, g_strdup ("The header says that this is a report in X-ARF, and no part that can be read holds one."));
}

static void
add_problems (MadoReport *report, GPtrArray *more)
{
  g_autoptr (GStrvBuilder) problems = g_strv_builder_new ();

  g_strv_builder_addv (problems, (const char **) report->problems);
  for (guint i = 0; i < more->len; i++)
    g_strv_builder_add (problems, more->pdata[i]);
  g_strfreev (report->problems);
  report->problems = g_strv_builder_end (problems);
}

#define EXTERNAL_IDS_MAX 20 /* as many as case-ids.c takes from texts */

static void
add_external_ids (MadoReportBody *body, GPtrArray *more)
{
  g_autoptr (GPtrArray) once = g_ptr_array_new ();
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  g_strv_builder_addv (ids, (const char **) body->external_ids);
  for (guint i = 0; i < more->len && once->len < EXTERNAL_IDS_MAX; i++) {
    if (g_strv_contains ((const char *const *) body->external_ids, more->pdata[i])
        || g_ptr_array_find_with_equal_func (once, more->pdata[i], g_str_equal, NULL))
      continue;
    g_ptr_array_add (once, more->pdata[i]);
    g_strv_builder_add (ids, more->pdata[i]);
  }
  g_strfreev (body->external_ids);
  body->external_ids = g_strv_builder_end (ids);
}

/* Is the mail nothing but a machine's count of our mail? A person who sends one along wants to be read. */
static gboolean
is_count (const MadoReport *report)
{
  return mado_dmarc_is_subject (report->subject) || (report->text != NULL && report->text[strspn (report->text, " \t\r\n")] == '\0');
}

/* What the reporter himself filled in speaks for the mail; what he forwards does not, nor do counts beside anything else. */
static void
describe (const MadoReport *report, GPtrArray *records)
{
  MadoReportBody *body = report->report;
  gboolean may_be_count = is_count (report);

  for (guint i = 0; may_be_count && i < records->len; i++) {
    const MadoReportRecord *record = records->pdata[i];
    may_be_count = record->is_evidence || strcmp (record->format, "dmarc") == 0;
  }
  for (guint i = 0; i < records->len; i++) {
    const MadoReportRecord *record = records->pdata[i];
    if (record->is_evidence || (strcmp (record->format, "dmarc") == 0 && !may_be_count))
      continue;
    g_free (body->kind);
    body->kind = g_strdup (strcmp (record->format, "x-arf") == 0 ? "xarf" : record->format);
    g_strfreev (body->fields);
    body->fields = g_strdupv (record->fields);
    g_free (body->category);
    body->category = g_strdup (record->category);
    return;
  }
}

/* (transfer full) the stricter one of @mark_so_far (transfer full) and @other. */
static char *
mark (char *mark_so_far, const char *other)
{
  char *stricter = g_strdup (mado_tlp_stricter (mark_so_far, other));

  g_free (mark_so_far);
  return stricter;
}

void
mado_formats_read (MadoReport *report, MadoSource *source, const MadoConf *conf, const MadoFormTemplates *forms)
{
  g_autoptr (GHashTable) understood = g_hash_table_new (g_str_hash, g_str_equal);
  g_auto (MadoFormatOutput) output = { 0 };

  mado_format_output_init (&output, conf);
  output.source = source;
  output.subject = report->subject;
  for (guint i = 0; i < source->documents->len; i++)
    read_document (source->documents->pdata[i], &output, understood);
  note_missing (source, &output);
  read_forms (source, &output, understood, forms);
  for (guint i = 0; i < output.records->len; i++)
    mark_evidence (source->stretches, output.records->pdata[i]);
  replace_texts (source, understood, &output);
  add_problems (report, output.problems);
  add_external_ids (report->report, output.external_ids);
  describe (report, output.records);
  for (guint i = 0; i < output.records->len; i++) { /* before what was forwarded */
    MadoReportRecord *record = output.records->pdata[i];
    report->report->tlp = mark (report->report->tlp, record->tlp);
    g_ptr_array_insert (report->report->records, (gint) i, mado_report_record_copy (record));
  }
}
