/* store-feed.c: see store-feed.h. */
#include "madoguchi/desk/store-feed.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/model/triage.h"

static gint64
read_number (const MadoReportRecord *record, const char *name)
{
  const char *text = mado_triage_get (record->fields, name);

  return text != NULL ? MAX (0, g_ascii_strtoll (text, NULL, 10)) : 0;
}

gboolean
mado_store_put_feed (MadoStore *store, const char *queue_id, const MadoReport *report, GError **error)
{
  const GPtrArray *records = report->report != NULL ? report->report->records : NULL;
  gint64 message = 0;

  if (!mado_sql_number (store, &message, error, "SELECT id FROM message WHERE queue_id = ?", "s", queue_id)
      || !mado_sql_run (store, error, "DELETE FROM feed WHERE message = ?", "i", message))
    return FALSE;
  for (guint i = 0; records != NULL && i < records->len; i++) {
    const MadoReportRecord *record = records->pdata[i];
    if (!mado_sql_run (store, error,
                       "INSERT INTO feed (message, record, format, organization, domain, report_id, started, ended, messages,"
                       " passed, failed) VALUES (?1, ?2, ?3, seal ('feed.organization', ?1 || '.' || ?2, ?4),"
                       " seal ('feed.domain', ?1 || '.' || ?2, ?5), seal ('feed.report_id', ?1 || '.' || ?2, ?6), ?7, ?8, ?9, ?10, ?11)",
                       "iissssiiiii", message, (gint64) i, record->format, record->organization, record->targets[0], record->id,
                       record->started, record->ended, read_number (record, "messages"), read_number (record, "pass"),
                       read_number (record, "fail")))
      return FALSE;
  }
  return TRUE;
}

static MadoFeed *
read_feed (MadoStatement *row)
{
  MadoFeed *feed = mado_feed_new ();

  feed->queue_id = mado_sql_text (row, 0);
  feed->received = sqlite3_column_int64 (row, 1);
  feed->from = mado_sql_peeked (row, 2, &feed->damaged);
  feed->format = mado_sql_text (row, 3);
  feed->organization = mado_sql_peeked (row, 4, &feed->damaged);
  feed->domain = mado_sql_peeked (row, 5, &feed->damaged);
  feed->report_id = mado_sql_peeked (row, 6, &feed->damaged);
  feed->started = sqlite3_column_int64 (row, 7);
  feed->ended = sqlite3_column_int64 (row, 8);
  feed->messages = sqlite3_column_int64 (row, 9);
  feed->passed = sqlite3_column_int64 (row, 10);
  feed->failed = sqlite3_column_int64 (row, 11);
  return feed;
}

GPtrArray *
mado_store_list_feeds (MadoStore *store, const char *after, gint64 limit, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_feed_free);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT m.queue_id, m.received, peek ('message.sender', m.queue_id, m.sender), f.format,"
                        " peek ('feed.organization', f.message || '.' || f.record, f.organization),"
                        " peek ('feed.domain', f.message || '.' || f.record, f.domain),"
                        " peek ('feed.report_id', f.message || '.' || f.record, f.report_id), f.started,"
                        " f.ended, f.messages, f.passed, f.failed FROM message m JOIN feed f ON f.message = m.id"
                        " WHERE m.state = '" MADO_MAIL_FEED "' AND (?1 IS NULL OR m.id < (SELECT a.id FROM message a WHERE a.queue_id = ?1))"
                        " ORDER BY m.id DESC, f.record",
                        "s", after);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    g_autoptr (MadoFeed) feed = read_feed (row);
    const MadoFeed *last = list->len > 0 ? list->pdata[list->len - 1] : NULL;
    if (last != NULL && (gint64) list->len >= limit && g_strcmp0 (last->queue_id, feed->queue_id) != 0)
      break;
    g_ptr_array_add (list, g_steal_pointer (&feed));
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}
