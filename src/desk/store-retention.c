/* store-retention.c: see store-retention.h. Whoever adds a column that says something of a ticket adds it here: a test compares the
 * schema with what is erased. */
#include "madoguchi/desk/store-retention.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/store-audit.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/desk/store-words.h"
#include "madoguchi/model/envelope.h"
#include "madoguchi/model/reply.h"

#define KEPT "field IN ('owner', 'priority', 'category', 'tlp')" /* decisions that the skeleton shows */
#define FINISHED "state IN ('resolved', 'rejected')"

static const MadoField finished_fields[] = {
  MADO_INT (MadoFinished, id),        MADO_STRING (MadoFinished, number), MADO_STRING (MadoFinished, category),
  MADO_STRING (MadoFinished, tlp),    MADO_TIME (MadoFinished, updated),  MADO_BOOL (MadoFinished, is_held),
  MADO_FIELDS_END,
};
const MadoRecordType mado_finished_type = { "finished", NULL, sizeof (MadoFinished), finished_fields };

static const MadoField remains_fields[] = {
  MADO_STRING (MadoRemains, queue_id),
  MADO_TIME (MadoRemains, received),
  MADO_FIELDS_END,
};
const MadoRecordType mado_remains_type = { "remains", NULL, sizeof (MadoRemains), remains_fields };

static gboolean
refuse_if (MadoStore *store, const char *sql, gint64 incident, const char *why, GError **error)
{
  gint64 found;

  if (!mado_sql_number (store, &found, error, sql, "i", incident))
    return FALSE;
  if (found != 0)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, why);
  return found == 0;
}

static gboolean
check (MadoStore *store, gint64 id, GError **error)
{
  static const struct {
    const char *sql, *why;
  } refusals[] = {
    { "SELECT hold <> 0 FROM incident WHERE id = ?", "is under hold (madoguchi hold --release)" },
    { "SELECT NOT " FINISHED " FROM incident WHERE id = ?", "is not finished: resolve or reject it first" },
    { "SELECT EXISTS (SELECT 1 FROM outbox WHERE incident = ? AND state IN ('draft', 'ready', 'sending'))",
      "has an answer that is still on its way" },
    { "SELECT EXISTS (SELECT 1 FROM case_record c JOIN message m ON m.id = c.message JOIN incident o ON o.id = c.incident"
      " JOIN incident i ON i.id = coalesce (o.merged_into, o.id) WHERE m.incident = ?1 AND i.id <> ?1 AND (i.hold <> 0 OR NOT i." FINISHED "))",
      "shares its mail with a ticket that is not finished, or under hold" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (refusals); i++)
    if (!refuse_if (store, refusals[i].sql, id, refusals[i].why, error))
      return FALSE;
  return TRUE;
}

/* What must be there, says nothing. */
static gboolean
empty_envelopes (MadoStore *store, gint64 id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_envelope_free);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT queue_id, received FROM message WHERE incident = ?", "i", id);

  if (row == NULL)
    return FALSE;
  while (mado_sql_step (store, row, &problem)) {
    MadoEnvelope *envelope = mado_envelope_new ();
    envelope->queue_id = mado_sql_text (row, 0);
    envelope->received = sqlite3_column_int64 (row, 1);
    g_ptr_array_add (list, envelope);
  }
  for (guint i = 0; problem == NULL && i < list->len; i++) {
    const MadoEnvelope *envelope = list->pdata[i];
    g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_envelope_type, envelope);
    if (!mado_sql_run (store, &problem, "UPDATE message SET envelope = seal ('message.envelope', ?1, ?2) WHERE queue_id = ?1", "sb",
                       envelope->queue_id, bytes))
      break;
  }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
empty_answers (MadoStore *store, gint64 id, GError **error)
{
  g_autoptr (MadoReply) reply = mado_reply_new ();
  g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_reply_type, reply);

  return mado_sql_run (store, error,
                       "UPDATE outbox SET reply = seal ('outbox.reply', id, ?2), sealed = NULL, recipient = NULL, recipient_key = NULL,"
                       " last_error = NULL WHERE incident = ?1",
                       "ib", id, bytes);
}

static gboolean
erase_all (MadoStore *store, gint64 id, GError **error)
{
  static const char *const statements[] = {
    "INSERT OR IGNORE INTO remains (queue_id, received) SELECT queue_id, received FROM message WHERE incident = ?",
    "DELETE FROM indicator WHERE message IN (SELECT id FROM message WHERE incident = ?)",
    "DELETE FROM alias WHERE incident = ?",
    "DELETE FROM reply_file WHERE draft IN (SELECT id FROM draft WHERE incident = ?1)"
    " OR outbox IN (SELECT id FROM outbox WHERE incident = ?1)",
    "UPDATE draft SET content = NULL, state = CASE WHEN state IN ('draft', 'needs-approval') THEN 'discarded' ELSE state END"
    " WHERE incident = ?",
    "UPDATE message SET sha256 = NULL, message_id = NULL, message_id_key = NULL, content_sha256 = NULL, sender = NULL, sender_key = NULL,"
    " signer = NULL, signer_key = NULL, subject = NULL, subject_key = NULL, reason = NULL, report = NULL, key_warning = NULL,"
    " undecryptable = 0, key_checked = 1 WHERE incident = ?",
    "UPDATE entry SET text = NULL WHERE incident = ?",
    "UPDATE decision SET because = NULL, rule = NULL, value = CASE WHEN " KEPT " THEN value END,"
    " value_key = CASE WHEN " KEPT " THEN value_key END WHERE incident = ?",
    "UPDATE audit SET details = NULL WHERE incident IN (SELECT id FROM incident WHERE id = ?1 OR merged_into = ?1)",
    "UPDATE incident SET subject = NULL, reporter = NULL, external_ids = NULL, tags = NULL, constituencies = NULL, language = NULL,"
    " restricted_why = NULL WHERE id = ?",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!mado_sql_run (store, error, statements[i], "i", id))
      return FALSE;
  return TRUE;
}

gboolean
mado_store_erase_incident (MadoStore *store, gint64 incident, const char *by, const char *rule, gint64 now, GError **error)
{
  return check (store, incident, error) && mado_store_erase_words (store, incident, error) && empty_envelopes (store, incident, error)
         && empty_answers (store, incident, error) && erase_all (store, incident, error)
         && mado_sql_run (store, error, "UPDATE incident SET erased = ?2, erased_by = coalesce (?3, ?4) WHERE id = ?1 OR merged_into = ?1",
                          "iiss", incident,
                          now, by, rule)
         && mado_store_add_act (store, "erased", incident, "rule", rule, now, error);
}

gboolean
mado_store_check_kept (MadoStore *store, const char *queue_id, GError **error)
{
  gint64 is_erased = 0;

  if (!mado_sql_number (store, &is_erased, error,
                        "SELECT EXISTS (SELECT 1 FROM message m JOIN incident i ON i.id = m.incident WHERE m.queue_id = ?"
                        " AND i.erased <> 0 AND i.erased >= m.received)",
                        "s", queue_id))
    return FALSE;
  if (is_erased != 0)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: erased with its ticket", queue_id);
  return is_erased == 0;
}

gboolean
mado_store_set_hold (MadoStore *store, gint64 incident, const char *by, const char *reason, gint64 now, GError **error)
{
  return mado_sql_run (store, error,
                       "UPDATE incident SET hold = ?2, hold_by = ?3, hold_why = seal ('incident.hold_why', number, ?4) WHERE id = ?1",
                       "iiss", incident, by != NULL ? now : (gint64) 0, by, by != NULL ? reason : NULL);
}

gboolean
mado_store_spread_hold (MadoStore *store, gint64 from, gint64 to, GError **error)
{
  g_autoptr (MadoIncident) source = mado_incident_new (), target = mado_incident_new ();

  if (!mado_store_fill_retention (store, from, source, error) || !mado_store_fill_retention (store, to, target, error))
    return FALSE;
  return source->hold == 0 || target->hold != 0
         || mado_store_set_hold (store, to, source->hold_by, source->hold_reason, source->hold, error);
}

GPtrArray *
mado_store_list_finished (MadoStore *store, gint64 before, gint64 updated, gint64 after, gint64 limit, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_finished_free);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT id, number, category, tlp, updated, hold FROM incident WHERE " FINISHED " AND erased < updated"
                        " AND updated < ?1 AND (updated, id) > (?2, ?3) ORDER BY updated, id LIMIT ?4",
                        "iiii", before, updated, after, limit);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoFinished *one = mado_finished_new ();
    one->id = sqlite3_column_int64 (row, 0);
    one->number = mado_sql_text (row, 1);
    one->category = mado_sql_text (row, 2);
    one->tlp = mado_sql_text (row, 3);
    one->updated = sqlite3_column_int64 (row, 4);
    one->is_held = sqlite3_column_int64 (row, 5) != 0;
    g_ptr_array_add (list, one);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_fill_retention (MadoStore *store, gint64 id, MadoIncident *incident, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (
      store, error, "SELECT erased, erased_by, hold, hold_by, unseal ('incident.hold_why', number, hold_why) FROM incident WHERE id = ?",
      "i", id);

  if (row == NULL)
    return FALSE;
  if (mado_sql_step (store, row, &problem)) {
    incident->erased = sqlite3_column_int64 (row, 0);
    incident->erased_by = mado_sql_text (row, 1);
    incident->hold = sqlite3_column_int64 (row, 2);
    incident->hold_by = mado_sql_text (row, 3);
    incident->hold_reason = mado_sql_text (row, 4);
  }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

GPtrArray *
mado_store_list_remains (MadoStore *store, gint64 limit, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_remains_free);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT queue_id, received FROM remains ORDER BY queue_id LIMIT ?", "i", limit);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoRemains *one = mado_remains_new ();
    one->queue_id = mado_sql_text (row, 0);
    one->received = sqlite3_column_int64 (row, 1);
    g_ptr_array_add (list, one);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_forget_remains (MadoStore *store, const char *queue_id, GError **error)
{
  return mado_sql_run (store, error, "DELETE FROM remains WHERE queue_id = ?", "s", queue_id);
}

gboolean
mado_store_settle_log (MadoStore *store, GError **error)
{
  gint64 is_busy;

  if (!mado_sql_number (store, &is_busy, error, "PRAGMA wal_checkpoint (TRUNCATE)", ""))
    return FALSE;
  if (is_busy != 0)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "store: somebody reads it");
  return is_busy == 0;
}
