/* records.c: see records.h. */
#include "records.h"

#include "madoguchi/base/text.h"
#include "madoguchi/model/stretch.h"

#include <stdlib.h>
#include <string.h>

static void
need (gboolean claim)
{
  if (!claim)
    abort ();
}

static void
check_texts (char **list, gsize max)
{
  need (g_strv_length (list) <= max);
  for (guint i = 0; list[i] != NULL; i++) {
    g_autofree char *visible = mado_text_visible (list[i]);
    need (strcmp (visible, list[i]) == 0);
  }
}

/* It can be stored, and comes back as it was. */
static void
check_record (const MadoReportRecord *record)
{
  g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_report_record_type, record), again_bytes = NULL;
  g_autoptr (MadoReportRecord) again = mado_record_from_bytes (&mado_report_record_type, bytes, NULL);

  need (again != NULL);
  again_bytes = mado_record_to_bytes (&mado_report_record_type, again);
  need (g_bytes_equal (bytes, again_bytes));
  check_texts (record->fields, 2 * MADO_FORMAT_ITEMS_MAX);
  check_texts (record->sources, MADO_FORMAT_ITEMS_MAX);
  check_texts (record->targets, MADO_FORMAT_ITEMS_MAX);
  check_texts (record->references, MADO_FORMAT_ITEMS_MAX);
  need (record->format != NULL && strcmp (record->part, "1.2") == 0);
}

void
fuzz_reader (MadoFormatReader reader, const char *type, const char *name, const guint8 *bytes, gsize size)
{
  g_autoptr (MadoDocument) document = mado_document_new ();
  g_auto (MadoFormatOutput) output = { 0 };
  gboolean is_read;

  mado_format_output_init (&output, NULL);
  document->part = g_strdup ("1.2");
  document->type = g_strdup (type);
  document->filename = g_strdup (name);
  document->bytes = g_bytes_new_static (bytes, size);
  is_read = reader (document, &output);
  need (is_read == (output.records->len + output.problems->len > 0));
  need (output.records->len <= MADO_FORMAT_RECORDS_MAX && output.fields <= MADO_FORMAT_FIELDS_MAX);
  for (guint i = 0; i < output.records->len; i++)
    check_record (output.records->pdata[i]);
  for (guint i = 0; i < output.texts->len; i++) {
    const MadoStretch *stretch = output.texts->pdata[i];
    need (g_utf8_validate (stretch->text, -1, NULL) && g_str_has_prefix (stretch->part, "field "));
  }
  for (guint i = 0; i < output.problems->len; i++)
    need (g_utf8_validate (output.problems->pdata[i], -1, NULL));
}
