/* store-outbox.c: see store-outbox.h. */
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/desk/store-audit.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/desk/store-words.h"
#include "madoguchi/base/error.h"

/* No pause is longer ([submission] retry-max): what is due later than that was written while the clock was wrong. */
#define MAX_PAUSE (7 * 86400)

static const MadoField item_fields[] = {
  MADO_INT (MadoOutboxItem, id),
  MADO_INT (MadoOutboxItem, incident),
  MADO_STRING (MadoOutboxItem, queue_id),
  MADO_STRING (MadoOutboxItem, message_id),
  MADO_STRING (MadoOutboxItem, recipient),
  MADO_STRING (MadoOutboxItem, state),
  MADO_INT (MadoOutboxItem, attempts),
  MADO_TIME (MadoOutboxItem, created),
  MADO_BOOL (MadoOutboxItem, automatic),
  MADO_FIELDS_END,
};
const MadoRecordType mado_outbox_item_type = { "outbox-item", NULL, sizeof (MadoOutboxItem), item_fields };

gboolean
mado_store_add_draft (MadoStore *store, gint64 incident, const char *answers, const MadoReply *reply, gint64 now,
                      GError **error)
{
  g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_reply_type, reply);
  g_autofree char *recipient = mado_store_fold (reply->recipient);

  return mado_sql_run (store, error,
                       "INSERT INTO outbox (id, incident, answers, message_id, message_id_key, recipient, recipient_key, automatic,"
                       " reply, state, attempts, next_at, created)"
                       " SELECT n.id, ?1, (SELECT id FROM message WHERE queue_id = ?2), seal ('outbox.message_id', n.id, ?3),"
                       " lower (hex (keyed ('message-id', ?3))), seal ('outbox.recipient', n.id, ?4), keyed ('address', ?4), ?5,"
                       " seal ('outbox.reply', n.id, ?6), 'draft', 0, ?7, ?7 FROM " MADO_SQL_NEXT ("outbox") " n",
                       "isssibi", incident, answers, reply->message_id, recipient, (gint64) (reply->is_automatic != 0),
                       bytes, now)
         && mado_sql_run (store, error,
                          "INSERT INTO entry (incident, date, direction, author, outbox) VALUES (?, ?, 'out', ?, ?)", "iisi",
                          incident, now, reply->author, (gint64) sqlite3_last_insert_rowid (store->db));
}

static MadoOutboxItem *
read_item (MadoStatement *row)
{
  MadoOutboxItem *item = mado_outbox_item_new ();
  gboolean is_damaged = FALSE; /* its reader sees by what is missing */

  item->id = sqlite3_column_int64 (row, 0);
  item->incident = sqlite3_column_int64 (row, 1);
  item->queue_id = mado_sql_text (row, 2);
  item->message_id = mado_sql_peeked (row, 3, &is_damaged);
  item->recipient = mado_sql_peeked (row, 4, &is_damaged);
  item->state = mado_sql_text (row, 5);
  item->attempts = sqlite3_column_int64 (row, 6);
  item->created = sqlite3_column_int64 (row, 7);
  item->automatic = sqlite3_column_int (row, 8) != 0;
  return item;
}

GPtrArray *
mado_store_list_due (MadoStore *store, const char *state, gint64 now, gint64 limit, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_outbox_item_free);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT o.id, o.incident, m.queue_id, peek ('outbox.message_id', o.id, o.message_id),"
                        " peek ('outbox.recipient', o.id, o.recipient), o.state, o.attempts,"
                        " o.created, o.automatic FROM outbox o LEFT JOIN message m ON m.id = o.answers"
                        " WHERE o.state = ?1 AND (o.next_at <= ?2 OR o.next_at > ?2 + ?4) ORDER BY o.next_at, o.id"
                        " LIMIT ?3",
                        "siii", state, now, limit, (gint64) MAX_PAUSE);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem))
    g_ptr_array_add (list, read_item (row));
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_next_due (MadoStore *store, gint64 *when, GError **error)
{
  gint64 next = 0;

  if (!mado_sql_number (store, &next, error,
                        "SELECT min (coalesce ((SELECT min (next_at) FROM outbox WHERE state = 'draft'), ?1),"
                        " coalesce ((SELECT min (next_at) FROM outbox WHERE state = 'ready'), ?1))",
                        "i", (gint64) G_MAXINT64))
    return FALSE;
  *when = next;
  return TRUE;
}

/* @sql: selects one blob by id. */
static GBytes *
load_blob (MadoStore *store, const char *sql, gint64 id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, sql, "i", id);
  g_autoptr (GBytes) bytes = NULL;

  if (row == NULL)
    return NULL;
  if (mado_sql_step (store, row, &problem))
    bytes = mado_sql_bytes (row, 0);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (bytes == NULL)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "no such answer");
  return g_steal_pointer (&bytes);
}

MadoReply *
mado_store_load_reply (MadoStore *store, gint64 id, GError **error)
{
  g_autoptr (GBytes) bytes = load_blob (store, "SELECT unseal ('outbox.reply', id, reply) FROM outbox WHERE id = ?", id, error);

  return bytes != NULL ? mado_record_from_bytes (&mado_reply_type, bytes, error) : NULL;
}

GBytes *
mado_store_load_sealed (MadoStore *store, gint64 id, GError **error)
{
  return load_blob (store, "SELECT unseal ('outbox.sealed', id, sealed) FROM outbox WHERE id = ?", id, error);
}

gboolean
mado_store_set_sealed (MadoStore *store, gint64 id, GBytes *sealed, gint64 now, GError **error)
{
  return mado_sql_run (store, error,
                       "UPDATE outbox SET sealed = seal ('outbox.sealed', id, ?), state = 'ready', attempts = 0, next_at = ?, last_error = NULL"
                       " WHERE id = ? AND state = 'draft'",
                       "bii", sealed, now, id);
}

gboolean
mado_store_replace_draft (MadoStore *store, gint64 id, const MadoReply *reply, GError **error)
{
  g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_reply_type, reply);
  gint64 entry = 0;

  return mado_sql_number (store, &entry, error, "SELECT id FROM entry WHERE outbox = ?", "i", id)
         && mado_store_forget_words (store, entry, error)
         && mado_sql_run (store, error, "UPDATE outbox SET reply = seal ('outbox.reply', id, ?) WHERE id = ? AND state = 'draft'", "bi", bytes, id)
         && mado_store_add_words (store, entry, error);
}

gboolean
mado_store_set_sending (MadoStore *store, gint64 id, GError **error)
{
  return mado_sql_run (store, error,
                       "UPDATE outbox SET state = 'sending', attempts = attempts + 1 WHERE id = ? AND state = 'ready'",
                       "i", id);
}

/* To whom something went out of the house stands in the audit. */
static gboolean
write_down (MadoStore *store, gint64 id, gint64 now, GError **error)
{
  gboolean is_damaged = FALSE;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT incident, peek ('outbox.recipient', id, recipient) FROM outbox WHERE id = ?", "i", id);

  if (row == NULL || !mado_sql_step (store, row, error))
    return FALSE;
  gint64 incident = sqlite3_column_int64 (row, 0);
  g_autofree char *recipient = mado_sql_peeked (row, 1, &is_damaged);
  mado_sql_reset (row);
  return mado_store_add_act (store, "reply-sent", incident, "to", recipient, now, error);
}

gboolean
mado_store_set_sent (MadoStore *store, gint64 id, gint64 now, GError **error)
{
  if (!mado_sql_run (store, error,
                     "UPDATE outbox SET state = 'sent', sent_at = ?, sealed = NULL, last_error = NULL"
                     " WHERE id = ? AND state = 'sending'",
                     "ii", now, id))
    return FALSE;
  return mado_sql_changes (store) == 0 || write_down (store, id, now, error);
}

gboolean
mado_store_set_retry (MadoStore *store, gint64 id, const char *why, gint64 when, GError **error)
{
  return mado_sql_run (store, error,
                       "UPDATE outbox SET attempts = attempts + (state = 'draft'), last_error = seal ('outbox.last_error', id, ?),"
                       " next_at = ?,"
                       " state = CASE state WHEN 'sending' THEN 'ready' ELSE state END"
                       " WHERE id = ? AND state IN ('draft', 'ready', 'sending')",
                       "sii", why, when, id);
}

gboolean
mado_store_set_failed (MadoStore *store, gint64 id, const char *why, GError **error)
{
  return mado_sql_run (store, error,
                       "UPDATE outbox SET state = 'failed', last_error = seal ('outbox.last_error', id, ?), sealed = NULL"
                       " WHERE id = ? AND state <> 'sent'",
                       "si", why, id);
}

gboolean
mado_store_set_bounced (MadoStore *store, const char *message_id, gboolean *changed, GError **error)
{
  if (!mado_sql_run (store, error,
                     "UPDATE outbox SET state = 'failed', last_error = seal ('outbox.last_error', id, 'returned by a delivery report')"
                     " WHERE message_id_key = lower (hex (keyed ('message-id', ?))) AND state = 'sent'",
                     "s", message_id))
    return FALSE;
  *changed = mado_sql_changes (store) > 0;
  return TRUE;
}

gboolean
mado_store_set_bounced_to (MadoStore *store, gint64 incident, const char *recipient, gboolean *changed, GError **error)
{
  g_autofree char *folded = mado_store_fold (recipient);

  if (!mado_sql_run (store, error,
                     "UPDATE outbox SET state = 'failed', last_error = seal ('outbox.last_error', id, 'returned by a delivery report')"
                     " WHERE state = 'sent' AND id ="
                     " (SELECT max (id) FROM outbox WHERE incident = ? AND recipient_key = keyed ('address', ?))",
                     "is", incident, folded))
    return FALSE;
  *changed = mado_sql_changes (store) > 0;
  return TRUE;
}

gboolean
mado_store_recover_outbox (MadoStore *store, gint64 *count, GError **error)
{
  if (!mado_sql_run (store, error, "UPDATE outbox SET state = 'ready', next_at = 0 WHERE state = 'sending'", ""))
    return FALSE;
  *count = mado_sql_changes (store);
  return TRUE;
}

gboolean
mado_store_count_answers (MadoStore *store, const char *recipient, gint64 since, gint64 most, gint64 *count, GError **error)
{
  g_autofree char *folded = mado_store_fold (recipient);

  if (recipient == NULL)
    return mado_sql_number (store, count, error,
                            "SELECT count (*) FROM (SELECT 1 FROM outbox WHERE created > ? AND automatic = 1 LIMIT ?)", "ii",
                            since, most);
  return mado_sql_number (store, count, error,
                          "SELECT count (*) FROM (SELECT 1 FROM outbox WHERE recipient_key = keyed ('address', ?) AND created > ? AND automatic = 1"
                          " LIMIT ?)",
                          "sii", folded, since, most);
}

gboolean
mado_store_count_drafts (MadoStore *store, gint64 incident, gint64 *count, GError **error)
{
  return mado_sql_number (store, count, error, "SELECT count (*) FROM outbox WHERE incident = ?", "i", incident);
}

gboolean
mado_store_tell_of_answer (MadoStore *store, gint64 id, const char *text, gint64 now, GError **error)
{
  gint64 incident = 0;

  return mado_sql_number (store, &incident, error, "SELECT incident FROM outbox WHERE id = ?", "i", id)
         && (incident == 0 || mado_store_add_event (store, incident, NULL, text, now, error));
}
