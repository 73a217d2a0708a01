/* json-fixture.h: what the tests of JSON readers share: one document, and what became of it. */
#pragma once

#include "madoguchi/model/stretch.h"
#include "madoguchi/report/json-formats.h"
#include "madoguchi/report/json.h"

#include <string.h>

/* Reads @text as a JSON attachment. @output is made ready. */
static inline void
fixture_read (const char *text, MadoFormatOutput *output)
{
  g_autoptr (MadoDocument) document = mado_document_new ();

  mado_format_output_init (output, NULL);
  document->part = g_strdup ("1.2");
  document->type = g_strdup ("application/json");
  document->bytes = g_bytes_new (text, strlen (text));
  g_assert_true (mado_json_formats_read (document, output));
}

static inline const MadoReportRecord *
fixture_record (const MadoFormatOutput *output, guint index)
{
  g_assert_cmpuint (output->records->len, >, index);
  return output->records->pdata[index];
}

static inline G_GNUC_UNUSED const char *
fixture_field (const MadoReportRecord *record, const char *name)
{
  for (guint i = 0; record->fields[i] != NULL; i += 2)
    if (strcmp (record->fields[i], name) == 0)
      return record->fields[i + 1];
  return NULL;
}

/* Is @wanted one of the texts in which indicators are looked for? */
static inline G_GNUC_UNUSED gboolean
fixture_searches (const MadoFormatOutput *output, const char *wanted)
{
  for (guint i = 0; i < output->texts->len; i++)
    if (strcmp (((const MadoStretch *) output->texts->pdata[i])->text, wanted) == 0)
      return TRUE;
  return FALSE;
}

static inline G_GNUC_UNUSED gboolean
fixture_says (const MadoFormatOutput *output, const char *piece)
{
  for (guint i = 0; i < output->problems->len; i++)
    if (strstr (output->problems->pdata[i], piece) != NULL)
      return TRUE;
  return FALSE;
}
