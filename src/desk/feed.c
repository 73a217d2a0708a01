/* feed.c: see feed.h. Called by settle.c alone. In doubt the answer is no: a ticket too many is seen, one too few is not. */
#include "madoguchi/desk/feed.h"

#include <string.h>

/* Does @subject have the form of RFC 7489, 7.2.1.1? Only machines write it, with whatever greeting below; some put a tag in
 * brackets before it. "Fwd:" before it was a person, who wants to be read. */
static gboolean
has_report_subject (const char *subject)
{
  g_autofree char *folded = subject != NULL ? g_strstrip (g_ascii_strdown (subject, -1)) : NULL;
  const char *end = folded != NULL && *folded == '[' ? strchr (folded, ']') : NULL;
  const char *start = end != NULL ? end + 1 + strspn (end + 1, " \t") : folded;

  return start != NULL && g_str_has_prefix (start, "report domain:") && strstr (start, "submitter:") != NULL;
}

static gboolean
is_empty (const char *text)
{
  return text == NULL || text[strspn (text, " \t\r\n")] == '\0';
}

static gboolean
stands_in (const GPtrArray *records, const char *path)
{
  for (guint i = 0; i < records->len; i++)
    if (g_strcmp0 (((const MadoReportRecord *) records->pdata[i])->part, path) == 0)
      return TRUE;
  return FALSE;
}

gboolean
mado_feed_is (const MadoReport *report)
{
  const GPtrArray *records = report->report != NULL ? report->report->records : NULL;

  if (records == NULL || records->len == 0 || report->undecryptable != NULL)
    return FALSE;
  for (guint i = 0; i < records->len; i++) {
    const MadoReportRecord *record = records->pdata[i];
    if (g_strcmp0 (record->format, "dmarc") != 0 || record->is_evidence)
      return FALSE;
  }
  for (guint i = 0; i < report->parts->len; i++)
    if (!stands_in (records, ((const MadoPart *) report->parts->pdata[i])->path))
      return FALSE;
  return has_report_subject (report->subject) || is_empty (report->text);
}
