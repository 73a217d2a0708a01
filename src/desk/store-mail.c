/* store-mail.c: see store-mail.h. */
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/desk/store-words.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"

#include <string.h>

#define MAX_HELD_SUBJECT 1000 /* bytes; many may be held */

static const MadoField mail_fields[] = {
  MADO_INT (MadoMail, id),
  MADO_STRING (MadoMail, queue_id),
  MADO_STRING (MadoMail, state),
  MADO_INT (MadoMail, attempts),
  MADO_INT (MadoMail, crashes),
  MADO_TIME (MadoMail, received),
  MADO_INT (MadoMail, size),
  MADO_STRING (MadoMail, message_id),
  MADO_STRING (MadoMail, content_sha256),
  MADO_STRING (MadoMail, sender),
  MADO_STRING (MadoMail, signer),
  MADO_STRING_MAX (MadoMail, subject, 65536),
  MADO_INT (MadoMail, incident),
  MADO_STRING (MadoMail, number),
  MADO_STRING (MadoMail, reason),
  MADO_FIELDS_END,
};
const MadoRecordType mado_mail_type = { "mail", NULL, sizeof (MadoMail), mail_fields };

/* The columns that read_mail () takes, in its order. @unseal: "unseal", or "peek" for a list. */
#define MAIL_SELECT(unseal)                                                                                    \
  "SELECT m.id, m.queue_id, m.state, m.attempts, m.crashes, m.received, m.size, "                              \
  unseal " ('message.message_id', m.queue_id, m.message_id), "                                                 \
  unseal " ('message.content_sha256', m.queue_id, m.content_sha256), "                                         \
  unseal " ('message.sender', m.queue_id, m.sender), " unseal " ('message.signer', m.queue_id, m.signer), "    \
  unseal " ('message.subject', m.queue_id, m.subject), m.incident, i.number, "                                 \
  unseal " ('message.reason', m.queue_id, m.reason)"                                                           \
  " FROM message m LEFT JOIN incident i ON i.id = m.incident "

char *
mado_store_fold (const char *address)
{
  return address != NULL ? g_ascii_strdown (address, -1) : NULL;
}

static MadoMail *
read_mail (MadoStatement *row, gboolean *is_damaged)
{
  MadoMail *mail = mado_mail_new ();

  mail->id = sqlite3_column_int64 (row, 0);
  mail->queue_id = mado_sql_text (row, 1);
  mail->state = mado_sql_text (row, 2);
  mail->attempts = sqlite3_column_int64 (row, 3);
  mail->crashes = sqlite3_column_int64 (row, 4);
  mail->received = sqlite3_column_int64 (row, 5);
  mail->size = sqlite3_column_int64 (row, 6);
  mail->message_id = mado_sql_peeked (row, 7, is_damaged);
  mail->content_sha256 = mado_sql_peeked (row, 8, is_damaged);
  mail->sender = mado_sql_peeked (row, 9, is_damaged);
  mail->signer = mado_sql_peeked (row, 10, is_damaged);
  mail->subject = mado_sql_peeked (row, 11, is_damaged);
  mail->incident = sqlite3_column_int64 (row, 12);
  mail->number = mado_sql_text (row, 13);
  mail->reason = mado_sql_peeked (row, 14, is_damaged);
  return mail;
}

MadoMail *
mado_store_find_mail (MadoStore *store, const char *queue_id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gboolean is_damaged = FALSE;
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, MAIL_SELECT ("unseal") "WHERE m.queue_id = ?", "s", queue_id);

  if (row == NULL)
    return NULL;
  if (mado_sql_step (store, row, &problem))
    return read_mail (row, &is_damaged);
  if (problem == NULL)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: no such mail", queue_id);
  else
    g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_receive_mail (MadoStore *store, const MadoEnvelope *envelope, gint64 size, const char *sha256,
                         MadoMail **mail, GError **error)
{
  g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_envelope_type, envelope);

  if (!mado_sql_run (store, error,
                     "INSERT INTO message (queue_id, state, attempts, crashes, received, size, sha256, envelope)"
                     " VALUES (?1, 'pending', 1, 0, ?2, ?3, seal ('message.sha256', ?1, ?4), seal ('message.envelope', ?1, ?5))"
                     " ON CONFLICT (queue_id) DO UPDATE SET attempts = attempts + 1 WHERE state = 'pending'",
                     "siisb", envelope->queue_id, envelope->received, size, sha256, bytes))
    return FALSE;
  *mail = mado_store_find_mail (store, envelope->queue_id, error);
  return *mail != NULL;
}

gboolean
mado_store_count_crash (MadoStore *store, const char *queue_id, gint64 *crashes, GError **error)
{
  return mado_sql_run (store, error, "UPDATE message SET crashes = crashes + 1 WHERE queue_id = ?", "s", queue_id)
         && mado_sql_number (store, crashes, error, "SELECT crashes FROM message WHERE queue_id = ?", "s", queue_id);
}

gboolean
mado_store_excuse_attempt (MadoStore *store, const char *queue_id, GError **error)
{
  return mado_sql_run (store, error, "UPDATE message SET attempts = max (attempts - 1, 0) WHERE queue_id = ?", "s",
                       queue_id);
}

MadoEnvelope *
mado_store_load_envelope (MadoStore *store, const char *queue_id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT unseal ('message.envelope', queue_id, envelope) FROM message WHERE queue_id = ?", "s", queue_id);

  if (row == NULL)
    return NULL;
  if (mado_sql_step (store, row, &problem)) {
    g_autoptr (GBytes) bytes = mado_sql_bytes (row, 0);
    return mado_record_from_bytes (&mado_envelope_type, bytes, error);
  }
  if (problem == NULL)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: no such mail", queue_id);
  else
    g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

/* The key whose word counts when a thread asks who speaks. */
static const char *
get_signer (const MadoReport *report)
{
  gboolean is_good
      = report->signature == MADO_SIGNATURE_GOOD || report->signature == MADO_SIGNATURE_GOOD_UNTRUSTED;

  return is_good && report->signer != NULL ? report->signer->fingerprint : NULL;
}

static gboolean
write_report (MadoStore *store, const char *queue_id, const MadoReport *report, GError **error)
{
  g_autoptr (GBytes) bytes = mado_record_to_bytes (&mado_report_type, report);
  g_autofree char *sender = mado_store_fold (report->from != NULL ? report->from->address : NULL);

  return mado_sql_run (store, error,
                       "UPDATE message SET message_id = seal ('message.message_id', queue_id, ?1), message_id_key = keyed ('message-id', ?1),"
                       " content_sha256 = seal ('message.content_sha256', queue_id, ?2),"
                       " sender = seal ('message.sender', queue_id, ?3), sender_key = keyed ('address', ?3),"
                       " signer = seal ('message.signer', queue_id, ?4), signer_key = keyed ('fingerprint', ?4),"
                       " subject = seal ('message.subject', queue_id, ?5), subject_key = keyed ('subject', ?5),"
                       " undecryptable = ?6, indicators = ?7, parts = ?8, report = seal ('message.report', queue_id, ?9)"
                       " WHERE queue_id = ?10",
                       "sssssiiibs", report->message_id, report->content_sha256, sender, get_signer (report),
                       report->subject, (gint64) (report->undecryptable != NULL), (gint64) report->indicators->len,
                       (gint64) report->parts->len, bytes, queue_id)
         && mado_store_put_indicators (store, queue_id, report, error);
}

gboolean
mado_store_settle_mail (MadoStore *store, const char *queue_id, const char *state, gint64 incident,
                        const char *reason, const MadoReport *report, gint64 now, GError **error)
{
  if (!mado_sql_run (store, error,
                     "UPDATE message SET state = ?, incident = nullif (?, 0), reason = seal ('message.reason', queue_id, ?), settled = ?"
                     " WHERE queue_id = ? AND state IN ('pending', 'held')",
                     "sisis", state, incident, reason, now, queue_id))
    return FALSE;
  if (mado_sql_changes (store) != 1) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: neither pending nor held", queue_id);
    return FALSE;
  }
  return report == NULL || write_report (store, queue_id, report, error);
}

gboolean
mado_store_replace_report (MadoStore *store, const char *queue_id, const MadoReport *report, GError **error)
{
  return mado_store_forget_mail_words (store, queue_id, error) && write_report (store, queue_id, report, error)
         && mado_store_add_mail_words (store, queue_id, error);
}

gboolean
mado_store_find_message_id (MadoStore *store, const char *message_id, const char *content, const char *but,
                            MadoMail **same, gboolean *other, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoMail) found = NULL;
  gboolean is_clash = FALSE, is_damaged = FALSE; /* content that does not open is other content */
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        MAIL_SELECT ("peek") "WHERE m.message_id_key = keyed ('message-id', ?) AND m.queue_id <> ?"
                                             " AND m.state NOT IN ('pending', 'duplicate', 'dropped_by_member') ORDER BY m.id",
                        "ss", message_id, but);

  if (row == NULL)
    return FALSE;
  while (found == NULL && mado_sql_step (store, row, &problem)) {
    g_autoptr (MadoMail) mail = read_mail (row, &is_damaged);
    if (content != NULL && g_strcmp0 (mail->content_sha256, content) == 0)
      found = g_steal_pointer (&mail);
    else
      is_clash = TRUE;
  }
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  *same = g_steal_pointer (&found);
  *other = is_clash;
  return TRUE;
}

GPtrArray *
mado_store_list_alike (MadoStore *store, const char *address, const char *subject, const char *but, gint64 since, gint64 limit,
                       GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_mail_free);
  g_autofree char *sender = mado_store_fold (address);
  gboolean is_damaged = FALSE;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        MAIL_SELECT ("peek") "WHERE m.sender_key = keyed ('address', ?) AND m.received > ?"
                                             " AND m.subject_key = keyed ('subject', ?) AND (m.state = 'ticket'"
                                             "  OR peek ('message.reason', m.queue_id, m.reason) = 'merged')"
                                             " AND m.queue_id <> ? ORDER BY m.received DESC, m.id DESC LIMIT ?",
                        "sissi", sender, since, subject, but, limit);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem))
    g_ptr_array_add (list, read_mail (row, &is_damaged));
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_belongs (MadoStore *store, gint64 incident, const char *address, const char *fingerprint,
                    gboolean *belongs, GError **error)
{
  g_autofree char *sender = mado_store_fold (address);
  gint64 n = 0;

  if (!mado_sql_number (store, &n, error,
                        "SELECT EXISTS (SELECT 1 FROM message WHERE incident = ?1 AND sender_key = keyed ('address', ?2)"
                        "  AND state IN ('ticket', 'joined'))"
                        " OR EXISTS (SELECT 1 FROM message WHERE incident = ?1 AND signer_key = keyed ('fingerprint', ?3)"
                        "  AND state IN ('ticket', 'joined'))",
                        "iss", incident, sender, fingerprint))
    return FALSE;
  *belongs = n != 0;
  return TRUE;
}

static char **
list_ids (MadoStore *store, const char *sql, gint64 argument, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, sql, "i", argument);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem))
    g_ptr_array_add (list, mado_sql_text (row, 0));
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  g_ptr_array_add (list, NULL);
  g_ptr_array_set_free_func (list, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&list), FALSE);
}

char **
mado_store_list_pending (MadoStore *store, GError **error)
{
  return list_ids (store, "SELECT queue_id FROM message WHERE state = 'pending' AND ?1 = 0 ORDER BY queue_id", 0, error);
}

char **
mado_store_list_mails_of (MadoStore *store, gint64 incident, GError **error)
{
  return list_ids (store, "SELECT queue_id FROM message WHERE (incident = ?1 OR id IN (SELECT c.message FROM case_record c"
                          " JOIN incident i ON i.id = c.incident WHERE ?1 IN (i.id, i.merged_into)))"
                          " AND state <> 'dropped_by_member' ORDER BY id",
                   incident, error);
}

char **
mado_store_list_undecryptable (MadoStore *store, GError **error)
{
  return list_ids (store,
                   "SELECT queue_id FROM message WHERE undecryptable = 1 AND state <> 'dropped_by_member' AND ?1 = 0"
                   " ORDER BY id",
                   0, error);
}

GPtrArray *
mado_store_list_held (MadoStore *store, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_held_free);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, MAIL_SELECT ("peek") "WHERE m.state = 'held' ORDER BY m.id", "");

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    gboolean is_damaged = FALSE;
    g_autoptr (MadoMail) mail = read_mail (row, &is_damaged);
    MadoHeld *held = mado_held_new ();
    held->queue_id = g_steal_pointer (&mail->queue_id);
    held->received = mail->received;
    held->reason = is_damaged ? g_strdup ("damaged") : g_steal_pointer (&mail->reason);
    held->ticket = mail->number != NULL ? g_strdup_printf ("%s #%s", store->prefix, mail->number) : NULL;
    held->from = g_steal_pointer (&mail->sender);
    held->subject = mail->subject != NULL ? mado_text_truncate (mail->subject, MAX_HELD_SUBJECT) : NULL;
    held->attempts = mail->attempts;
    held->size = mail->size;
    g_ptr_array_add (list, held);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

MadoReport *
mado_store_load_report (MadoStore *store, const char *queue_id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT unseal ('message.report', queue_id, report) FROM message WHERE queue_id = ?", "s", queue_id);

  if (row == NULL)
    return NULL;
  g_autoptr (GBytes) bytes = mado_sql_step (store, row, &problem) ? mado_sql_bytes (row, 0) : NULL;
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  if (bytes == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: no report", queue_id);
    return NULL;
  }
  return mado_record_from_bytes (&mado_report_type, bytes, error);
}

char **
mado_store_load_problems (MadoStore *store, const char *queue_id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoReport) report = mado_store_load_report (store, queue_id, &problem);

  if (report != NULL)
    return g_steal_pointer (&report->problems);
  if (g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO))
    return g_new0 (char *, 1);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

static void
add_state (MadoAccountStates *states, const char *state, gint64 n)
{
  const struct {
    const char *name;
    gint64 *count;
  } table[] = {
    { MADO_MAIL_TICKET, &states->ticket },         { MADO_MAIL_JOINED, &states->joined },
    { MADO_MAIL_BOUNCE, &states->bounce },         { MADO_MAIL_AUTO_REPLY, &states->auto_reply },
    { MADO_MAIL_DUPLICATE, &states->duplicate },   { MADO_MAIL_HELD, &states->held },
    { MADO_MAIL_FEED, &states->feed },
    { MADO_MAIL_DROPPED, &states->dropped_by_member }, { MADO_MAIL_PENDING, &states->pending },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].name, state) == 0)
      *table[i].count += n;
}

gboolean
mado_store_count_states (MadoStore *store, MadoAccountStates *states, gint64 *rows, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT state, count (*) FROM message GROUP BY state", "");

  if (row == NULL)
    return FALSE;
  *rows = 0;
  while (mado_sql_step (store, row, &problem)) {
    add_state (states, (const char *) sqlite3_column_text (row, 0), sqlite3_column_int64 (row, 1));
    *rows += sqlite3_column_int64 (row, 1);
  }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}
