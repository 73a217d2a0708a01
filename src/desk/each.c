/* each.c: see each.h. Called by settle.c alone. */
#include "madoguchi/desk/each.h"
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-each.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/triage-case.h"
#include "madoguchi/model/reply-token.h"

#include <string.h>

/* (transfer container) the numbers, from 0, of what the reporter himself says. */
static GArray *
list_statements (const MadoReport *report)
{
  GArray *list = g_array_new (FALSE, FALSE, sizeof (guint));
  const GPtrArray *records = report->report != NULL ? report->report->records : NULL;

  for (guint i = 0; records != NULL && i < records->len && list->len < MADO_EACH_MAX; i++)
    if (!((const MadoReportRecord *) records->pdata[i])->is_evidence)
      g_array_append_val (list, i);
  return list;
}

static gboolean
add_one (const MadoSettler *settler, const char *queue_id, const MadoReport *report, guint number, const MadoSettled *settled,
         GError **error)
{
  const MadoReportRecord *record = report->report->records->pdata[number];
  g_autofree char *token = mado_reply_token_new (settler->settings->door_secret);
  g_autofree char *subject = g_strdup_printf ("%s (report %u)", record->title != NULL ? record->title : report->subject != NULL ? report->subject : "",
                                              number + 1);
  MadoNewIncident facts = { .token = token, .subject = subject, .language = report->language, .encryption = report->encryption,
                            .signature = report->signature, .reporter = report->from != NULL ? report->from->address : NULL };
  g_autofree char *name = NULL;
  gint64 id = 0;

  if (!mado_store_create_incident (settler->store, &facts, settler->now, &id, &name, error)
      || !mado_store_add_each (settler->store, id, queue_id, number, error))
    return FALSE;
  g_autofree char *here = g_strdup_printf ("Report %u of the mail %s, which is in %s #%s", number + 1, queue_id,
                                           settler->settings->prefix, settled->number);
  g_autofree char *there = g_strdup_printf ("Report %u of the mail %s has a ticket of its own: %s #%s", number + 1, queue_id,
                                            settler->settings->prefix, name);
  return mado_store_add_event (settler->store, id, NULL, here, settler->now, error)
         && mado_store_add_event (settler->store, settled->incident, NULL, there, settler->now, error);
}

gboolean
mado_each_create (const MadoSettler *settler, const char *queue_id, const MadoReport *report, const MadoSettled *settled,
                  GError **error)
{
  g_autoptr (GArray) statements = list_statements (report);

  for (guint i = 1; settler->settings->one_ticket_each && i < statements->len; i++)
    if (!add_one (settler, queue_id, report, g_array_index (statements, guint, i), settled, error))
      return FALSE;
  return TRUE;
}

/* --- one report of many ---------------------------------------------------------------------------------- */

static void
note_list (GHashTable *values, char *const *list)
{
  for (guint i = 0; list != NULL && list[i] != NULL; i++)
    g_hash_table_add (values, list[i]);
}

static void
note_map (GHashTable *values, char *const *map)
{
  for (guint i = 0; map != NULL && map[i] != NULL && map[i + 1] != NULL; i += 2)
    g_hash_table_add (values, map[i + 1]);
}

/* (transfer container) the indicators of @report that stand in @record. */
static GPtrArray *
list_indicators (const MadoReport *report, const MadoReportRecord *record)
{
  g_autoptr (GHashTable) values = g_hash_table_new (g_str_hash, g_str_equal);
  GPtrArray *list = g_ptr_array_new ();

  note_list (values, record->sources);
  note_list (values, record->targets);
  note_map (values, record->fields);
  for (guint i = 0; i < report->indicators->len; i++) {
    const MadoIndicator *indicator = report->indicators->pdata[i];
    if ((indicator->value != NULL && g_hash_table_contains (values, indicator->value))
        || (indicator->as_written != NULL && g_hash_table_contains (values, indicator->as_written)))
      g_ptr_array_add (list, (gpointer) indicator);
  }
  return list;
}

/* Judges @incident by report @number of the mail and what the mail itself says; @number: beyond the last: by the mail. */
static gboolean
triage_one (const MadoSettler *settler, gint64 incident, const char *queue_id, const MadoReport *report, guint number,
            GError **error)
{
  const GPtrArray *all = report->report->records;
  g_autoptr (GPtrArray) records = g_ptr_array_new (), indicators = NULL;
  MadoReport one = *report;
  MadoReportBody body = *report->report;

  if (number >= all->len)
    return mado_triage_case (settler, incident, queue_id, report, FALSE, error);
  MadoReportRecord *record = all->pdata[number];
  g_ptr_array_add (records, record);
  indicators = list_indicators (report, record);
  body.records = records;
  body.category = record->category;
  body.fields = record->fields;
  one.report = &body;
  one.indicators = indicators;
  return mado_triage_case (settler, incident, queue_id, &one, FALSE, error);
}

/* A ticket of its own for one of the reports; the marks of the mail hold for it, too. */
static gboolean
triage_other (const MadoSettler *settler, const MadoEach *other, const char *queue_id, const MadoReport *report, GError **error)
{
  const MadoReportBody *body = report->report;
  MadoNeedFacts before;

  return mado_store_load_need (settler->store, NULL, other->incident, &before, error)
         && mado_store_mark_case (settler->store, other->incident, body->tlp, body->pap, NULL, error)
         && triage_one (settler, other->incident, queue_id, report, (guint) other->record, error)
         && mado_store_tell_narrowed (settler->store, other->incident, before.is_narrow, NULL, settler->now, error);
}

gboolean
mado_each_triage (const MadoSettler *settler, gint64 incident, const char *queue_id, const MadoReport *report,
                  gboolean is_joined, GError **error)
{
  g_autoptr (GArray) others = mado_store_list_each (settler->store, queue_id, error);
  g_autoptr (GArray) statements = report->report != NULL ? list_statements (report) : NULL;

  if (others == NULL)
    return FALSE;
  if (others->len == 0 || statements == NULL || statements->len == 0)
    return mado_triage_case (settler, incident, queue_id, report, is_joined, error);
  if (!triage_one (settler, incident, queue_id, report, g_array_index (statements, guint, 0), error))
    return FALSE;
  for (guint i = 0; i < others->len; i++)
    if (!triage_other (settler, &g_array_index (others, MadoEach, i), queue_id, report, error))
      return FALSE;
  return TRUE;
}
