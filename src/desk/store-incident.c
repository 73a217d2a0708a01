/* store-incident.c: see store-incident.h. */
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-each.h"
#include "madoguchi/desk/store-link.h"
#include "madoguchi/desk/store-merge.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-retention.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/model/envelope.h"
#include "madoguchi/model/reply.h"
#include "madoguchi/model/taxonomy.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"

#include <string.h>

#define MAX_SHOWN (48 * 1024 * 1024)  /* bytes of reports and texts in one answer; see MADO_WIRE_BODY_MAX */
#define MAX_LISTED (32 * 1024 * 1024) /* of subjects and the like */
#define MAX_TO 60000 /* below what an entry may carry */

#define NARROW MADO_NEED_NARROW ("i")

/* The columns that read_summary () takes, in its order. @unseal: "unseal", or "peek" for a list. */
#define SUMMARY_SELECT(unseal)                                                                                 \
  "SELECT i.number, i.created, i.updated, i.state, i.owner, i.priority, i.category, i.tlp, "                   \
  unseal " ('incident.subject', i.number, i.subject), " unseal " ('incident.reporter', i.number, i.reporter)," \
  " i.language, i.encryption, i.signature, " unseal " ('incident.external_ids', i.number, i.external_ids),"    \
  " (SELECT count (*) FROM message m WHERE m.incident = i.id AND m.state IN ('ticket', 'joined', 'auto_reply', 'bounce'))," \
  " i.indicators,"                                                                                             \
  " (SELECT sum (m.parts) FROM message m WHERE m.incident = i.id AND m.state IN ('ticket', 'joined')),"        \
  " (SELECT count (*) FROM message m WHERE m.incident = i.id AND m.key_warning IS NOT NULL AND m.state <> 'dropped_by_member')," \
  " i.pap, " unseal " ('incident.tags', i.number, i.tags), "                                                   \
  unseal " ('incident.constituencies', i.number, i.constituencies), i.version, "                              \
  NARROW ", i.id,"                                                                             \
  " (SELECT s.number FROM incident s WHERE s.id = i.merged_into),"                                             \
  " (SELECT p.number FROM link l JOIN incident p ON p.id = l.other WHERE l.incident = i.id AND l.kind = 'parent')" \
  " FROM incident i "

/* A ticket may have become part of another one since it was looked up (outbox.c knows its own for long). */
#define SURVIVOR "(SELECT coalesce (s.merged_into, s.id) FROM incident s WHERE s.id = ?)"

static char *
get_year (gint64 now)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (now);

  return g_strdup_printf ("%04d", g_date_time_get_year (when));
}

gboolean
mado_store_create_incident (MadoStore *store, const MadoNewIncident *facts, gint64 now, gint64 *id, char **number,
                            GError **error)
{
  g_autofree char *year = get_year (now);
  gint64 serial = 0;

  if (!mado_sql_number (store, &serial, error,
                        "INSERT INTO counter (year, last) VALUES (?, 1)"
                        " ON CONFLICT (year) DO UPDATE SET last = last + 1 RETURNING last",
                        "i", g_ascii_strtoll (year, NULL, 10)))
    return FALSE;
  g_autofree char *name = g_strdup_printf ("%s-%06" G_GINT64_FORMAT, year, serial);
  if (!mado_sql_run (store, error,
                     "INSERT INTO incident (number, token_key, token, created, updated, state, subject, reporter, language,"
                     " encryption, signature)"
                     " VALUES (?1, lower (hex (keyed ('token', ?2))), seal ('incident.token', ?1, ?2), ?3, ?3, 'new',"
                     " seal ('incident.subject', ?1, ?4), seal ('incident.reporter', ?1, ?5), ?6, ?7, ?8)",
                     "ssisssii", name, facts->token, now, facts->subject, facts->reporter, facts->language, (gint64) facts->encryption, (gint64) facts->signature))
    return FALSE;
  *id = sqlite3_last_insert_rowid (store->db);
  *number = g_steal_pointer (&name);
  return TRUE;
}

gboolean
mado_store_find_number (MadoStore *store, const char *number, gint64 *id, GError **error)
{
  return mado_sql_number (store, id, error, "SELECT coalesce (merged_into, id) FROM incident WHERE number = ?", "s", number);
}

gboolean
mado_store_find_own_number (MadoStore *store, const char *number, gint64 *id, GError **error)
{
  return mado_sql_number (store, id, error, "SELECT id FROM incident WHERE number = ?", "s", number);
}

gboolean
mado_store_find_updated (MadoStore *store, gint64 id, gint64 *updated, GError **error)
{
  return mado_sql_number (store, updated, error, "SELECT updated FROM incident WHERE id = ?", "i", id);
}

gboolean
mado_store_find_token (MadoStore *store, const char *token, gint64 *id, GError **error)
{
  return mado_sql_number (store, id, error, "SELECT coalesce (merged_into, id) FROM incident WHERE token_key = lower (hex (keyed ('token', ?)))", "s", token);
}

gboolean
mado_store_find_answer (MadoStore *store, const char *message_id, gint64 *id, GError **error)
{
  return mado_sql_number (store, id, error, "SELECT incident FROM outbox WHERE message_id_key = lower (hex (keyed ('message-id', ?)))", "s", message_id);
}

/* A list that is stored as lines. */
static void
read_lines (MadoStatement *row, int column, char ***list, gboolean *is_damaged)
{
  g_autofree char *text = mado_sql_peeked (row, column, is_damaged);

  if (text == NULL)
    return;
  g_strfreev (*list);
  *list = g_strsplit (text, "\n", -1);
}

/* (transfer full, nullable) the ticket whose number stands there, by name. */
static char *
read_ticket (MadoStore *store, MadoStatement *row, int column)
{
  g_autofree char *number = mado_sql_text (row, column);

  return number != NULL ? g_strdup_printf ("%s #%s", store->prefix, number) : NULL;
}

static MadoIncident *
read_summary (MadoStore *store, MadoStatement *row)
{
  MadoIncident *incident = mado_incident_new ();

  incident->number = mado_sql_text (row, 0);
  incident->ticket = g_strdup_printf ("%s #%s", store->prefix, incident->number);
  incident->created = sqlite3_column_int64 (row, 1);
  incident->updated = sqlite3_column_int64 (row, 2);
  incident->state = mado_sql_text (row, 3);
  incident->owner = mado_sql_text (row, 4);
  incident->priority = mado_sql_text (row, 5);
  incident->category = mado_sql_text (row, 6);
  incident->tlp = mado_sql_text (row, 7);
  incident->subject = mado_sql_peeked (row, 8, &incident->damaged);
  incident->reporter = mado_sql_peeked (row, 9, &incident->damaged);
  incident->language = mado_sql_text (row, 10);
  incident->encryption = (MadoEncryption) sqlite3_column_int (row, 11);
  incident->signature = (MadoSignatureStatus) sqlite3_column_int (row, 12);
  read_lines (row, 13, &incident->external_ids, &incident->damaged);
  incident->counts = mado_counts_new ();
  incident->counts->messages = sqlite3_column_int64 (row, 14);
  incident->counts->indicators = sqlite3_column_int64 (row, 15);
  incident->counts->parts = sqlite3_column_int64 (row, 16);
  incident->counts->key_warnings = sqlite3_column_int64 (row, 17);
  incident->pap = mado_sql_text (row, 18);
  read_lines (row, 19, &incident->tags, &incident->damaged);
  read_lines (row, 20, &incident->constituencies, &incident->damaged);
  incident->version = sqlite3_column_int64 (row, 21);
  incident->restricted = sqlite3_column_int (row, 22) != 0;
  incident->merged_into = read_ticket (store, row, 24);
  incident->parent = read_ticket (store, row, 25);
  g_strfreev (incident->category_names);
  incident->category_names = mado_taxonomy_map (incident->category, (const char *const *) incident->tags);
  return incident;
}

static gboolean
set_no_incident (const GError *problem, GError **error)
{
  if (problem != NULL)
    g_propagate_error (error, g_error_copy (problem));
  else
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "no such ticket");
  return FALSE;
}

MadoIncident *
mado_store_load_summary (MadoStore *store, gint64 id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, SUMMARY_SELECT ("unseal") "WHERE i.id = ?", "i", id);

  if (row == NULL)
    return NULL;
  if (mado_sql_step (store, row, &problem))
    return read_summary (store, row);
  set_no_incident (problem, error);
  return NULL;
}

char *
mado_store_load_token (MadoStore *store, gint64 id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, "SELECT unseal ('incident.token', number, token) FROM incident WHERE id = ?", "i", id);

  if (row == NULL)
    return NULL;
  if (mado_sql_step (store, row, &problem))
    return mado_sql_text (row, 0);
  set_no_incident (problem, error);
  return NULL;
}

/* Keys themselves are not for reading. */
static void
drop_blocks (MadoReport *report)
{
  for (guint i = 0; i < report->keys_offered->len; i++)
    g_clear_pointer (&((MadoOfferedKey *) report->keys_offered->pdata[i])->block, g_free);
  for (guint i = 0; i < report->layers->len; i++) {
    const MadoLayer *layer = report->layers->pdata[i];
    for (guint k = 0; k < layer->signatures->len; k++)
      g_clear_pointer (&((MadoSignature *) layer->signatures->pdata[k])->certificates, g_free);
  }
}

/* A mail that came in: its report and envelope say the rest. */
static gboolean
fill_mail (MadoEntry *entry, MadoStatement *row, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) envelope_bytes = mado_sql_bytes (row, 6);
  g_autoptr (GBytes) report_bytes = mado_sql_bytes (row, 7);
  g_autoptr (GBytes) warning_bytes = mado_sql_bytes (row, 11);
  g_autoptr (MadoEnvelope) envelope = mado_record_from_bytes (&mado_envelope_type, envelope_bytes, error);

  if (envelope == NULL)
    return FALSE;
  if (warning_bytes != NULL)
    entry->key_warning = mado_record_from_bytes (&mado_key_warning_type, warning_bytes, NULL);
  g_autofree char *recipients = g_strjoinv (", ", envelope->recipients);
  entry->date = envelope->received;
  entry->to = mado_text_truncate (recipients, MAX_TO);
  if (report_bytes == NULL && sqlite3_column_int (row, 10) != 0)
    entry->text = g_strdup ("Left out: this thread is too long to be shown whole. The raw mail is kept.");
  if (report_bytes == NULL)
    return TRUE;
  entry->report = mado_record_from_bytes (&mado_report_type, report_bytes, &problem);
  if (entry->report == NULL) { /* derived data: the rest of the thread is shown, and reopen derives it again */
    entry->text = g_strdup_printf ("The stored report cannot be read (%s)", problem->message);
    return TRUE;
  }
  drop_blocks (entry->report);
  entry->message_id = g_strdup (entry->report->message_id);
  if (entry->report->from != NULL)
    entry->from = g_strdup (entry->report->from->address);
  return TRUE;
}

static gboolean
fill_answer (MadoEntry *entry, MadoStatement *row, const char *team, GError **error)
{
  g_autoptr (GBytes) bytes = mado_sql_bytes (row, 8);
  g_autoptr (MadoReply) reply = mado_record_from_bytes (&mado_reply_type, bytes, error);

  if (reply == NULL)
    return FALSE;
  g_free (entry->from);
  entry->from = g_strdup (team);
  entry->to = g_strdup (reply->recipient);
  entry->message_id = g_strdup (reply->message_id);
  entry->text = reply->text != NULL
                    ? g_strdup (reply->text)
                    : g_strdup_printf ("Automatic answer: %s (%s%s)", reply->template_name,
                                       reply->language != NULL ? reply->language : "all languages",
                                       reply->encrypt_to != NULL ? ", encrypted" : ", no content");
  if (reply->author != NULL) { /* what a template says, its name tells */
    g_autofree char *others = g_strjoinv (", ", reply->together);
    if (*others != '\0') {
      g_free (entry->to);
      entry->to = g_strdup_printf ("%s, %s", reply->recipient, others);
      g_strfreev (entry->encrypted_to_others);
      entry->encrypted_to_others = g_strdupv (reply->together_keys);
    }
    entry->author = g_steal_pointer (&reply->author);
    entry->subject = g_steal_pointer (&reply->subject);
    for (guint i = 0; i < reply->files->len; i++)
      g_clear_pointer (&((MadoReplyFile *) reply->files->pdata[i])->content, g_free);
    g_ptr_array_extend_and_steal (entry->files, g_steal_pointer (&reply->files));
    reply->files = g_ptr_array_new ();
  }
  entry->encrypted_to = g_steal_pointer (&reply->encrypt_to);
  entry->key_source = g_steal_pointer (&reply->key_source);
  if (reply->candidates->len > 0 && ((MadoKeyCandidate *) reply->candidates->pdata[0])->reason != NULL) { /* it was judged */
    GPtrArray *empty = entry->keys_considered;
    entry->keys_considered = reply->candidates;
    reply->candidates = empty;
  }
  entry->delivery = mado_sql_text (row, 9);
  if (g_strcmp0 (entry->delivery, "draft") == 0) { /* not sealed yet: to its readers it waits like the others */
    g_free (entry->delivery);
    entry->delivery = g_strdup ("ready");
  }
  return TRUE;
}

static MadoEntry *
read_entry (MadoStatement *row, const char *team, GError **error)
{
  g_autoptr (MadoEntry) entry = mado_entry_new ();

  entry->id = sqlite3_column_int64 (row, 0);
  entry->date = sqlite3_column_int64 (row, 1);
  entry->direction = mado_sql_text (row, 2);
  entry->from = mado_sql_text (row, 3);
  entry->text = mado_sql_text (row, 4);
  entry->queue_id = mado_sql_text (row, 5);
  if (entry->queue_id != NULL && !fill_mail (entry, row, error))
    return NULL;
  if (sqlite3_column_type (row, 8) != SQLITE_NULL && !fill_answer (entry, row, team, error))
    return NULL;
  if (entry->report == NULL && entry->author == NULL && g_strcmp0 (entry->direction, "note") != 0) /* the gateway's own words */
    g_ptr_array_extend_and_steal (entry->event, mado_event_read (entry->text));
  return g_steal_pointer (&entry);
}

/* The newest entries that may be shown whole begin with this one. */
static gboolean
find_first_whole (MadoStore *store, gint64 incident, gint64 *first, GError **error)
{
  return mado_sql_number (store, first, error,
                          "SELECT coalesce (min (id), ?2) FROM (SELECT e.id AS id, sum (coalesce (length (m.report), 0)"
                          " + coalesce (length (e.text), 0)) OVER (ORDER BY e.id DESC) AS total"
                          " FROM entry e LEFT JOIN message m ON m.id = e.message WHERE e.incident = ?1) WHERE total <= ?3",
                          "iii", incident, (gint64) G_MAXINT64, (gint64) MAX_SHOWN);
}

MadoIncident *
mado_store_load_incident (MadoStore *store, gint64 id, const char *team, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoIncident) incident = mado_store_load_summary (store, id, error);
  gint64 first = 0;

  if (incident == NULL || !find_first_whole (store, id, &first, error))
    return NULL;
  if (!mado_store_fill_retention (store, id, incident, error))
    return NULL;
  if (incident->restricted && !mado_store_fill_need (store, id, incident, error))
    return NULL;
  g_autoptr (GPtrArray) relations = mado_store_list_relations (store, id, error);
  if (relations == NULL)
    return NULL;
  g_ptr_array_extend_and_steal (incident->relations, g_steal_pointer (&relations));
  char **links = mado_store_list_links (store, id, error);
  if (links == NULL)
    return NULL;
  g_strfreev (incident->links);
  incident->links = links;
  g_autoptr (GPtrArray) linked = mado_store_list_linked (store, id, error);
  char **merged = linked != NULL ? mado_store_list_merged (store, id, error) : NULL;
  if (merged == NULL)
    return NULL;
  g_ptr_array_extend_and_steal (incident->linked, g_steal_pointer (&linked));
  g_strfreev (incident->merged);
  incident->merged = merged;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT e.id, e.date, e.direction, e.author, CASE WHEN e.id >= ?2 THEN unseal ('entry.text', e.id, e.text)"
                        " ELSE substr (unseal ('entry.text', e.id, e.text), 1, 1000) END, m.queue_id, unseal ('message.envelope', m.queue_id, m.envelope),"
                        " CASE WHEN e.id >= ?2 THEN unseal ('message.report', m.queue_id, m.report) END, unseal ('outbox.reply', o.id, o.reply), o.state,"
                        " e.id < ?2, unseal ('message.key_warning', m.queue_id, m.key_warning) FROM entry e LEFT JOIN message m ON m.id = e.message"
                        " LEFT JOIN outbox o ON o.id = e.outbox WHERE e.incident = ?1 ORDER BY e.id",
                        "ii", id, first);
  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoEntry *entry = read_entry (row, team, error);
    if (entry == NULL)
      return NULL;
    g_ptr_array_add (incident->thread, entry);
  }
  if (problem == NULL)
    return g_steal_pointer (&incident);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

/* (transfer full) what @reader may see of it. */
static MadoIncident *
read_for (MadoStore *store, MadoStatement *row, const char *reader, GError **error)
{
  g_autoptr (MadoIncident) incident = read_summary (store, row);
  gboolean may = TRUE;

  if ((incident->restricted || incident->merged_into != NULL) /* then what it is part of says who may */
      && !mado_need_may_read (store, reader, sqlite3_column_int64 (row, 23), &may, error))
    return NULL;
  return may ? g_steal_pointer (&incident) : mado_incident_veil (incident);
}

GPtrArray *
mado_store_find_incidents (MadoStore *store, const char *reader, const MadoListFilter *filter, const MadoListPlace *after, gint64 limit,
                           GError **error)
{
  const MadoListPlace beginning = { 0, 0 };
  const MadoListPlace *place = after != NULL ? after : &beginning;
  g_autofree char *page = mado_list_sql (store, filter, place, error);
  if (page == NULL)
    return NULL;
  g_autofree char *sql = g_strdup_printf (SUMMARY_SELECT ("peek") "WHERE i.id IN (%s) ORDER BY i.updated DESC, i.id DESC", page);
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_incident_free);
  gsize bytes = 0;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, sql, MADO_LIST_TYPES, MADO_LIST_VALUES (filter, reader, place, limit));

  if (row == NULL)
    return NULL;
  while (bytes < MAX_LISTED && mado_sql_step (store, row, &problem)) {
    MadoIncident *incident = read_for (store, row, reader, error);
    if (incident == NULL)
      return NULL;
    g_ptr_array_add (list, incident);
    bytes += 1000 + (incident->subject != NULL ? strlen (incident->subject) : 0);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

GPtrArray *
mado_store_list_incidents (MadoStore *store, const char *reader, const char *state, const char *owner, gint64 after, gint64 limit,
                           GError **error)
{
  const MadoListFilter filter = { .state = state, .owner = owner };
  MadoListPlace place = { after, 0 };

  if (after != 0 && !mado_store_find_updated (store, after, &place.updated, error))
    return NULL;
  return mado_store_find_incidents (store, reader, &filter, &place, limit, error);
}

gboolean
mado_store_set_state (MadoStore *store, gint64 id, const char *state, gint64 now, GError **error)
{
  return mado_sql_run (store, error, "UPDATE incident SET state = ?, updated = ? WHERE id = ?", "sii", state, now, id);
}

gboolean
mado_store_refresh_incident (MadoStore *store, gint64 id, const char *subject, const char *language,
                             MadoEncryption encryption, MadoSignatureStatus signature, GError **error)
{
  return mado_sql_run (store, error,
                       "UPDATE incident SET subject = coalesce (seal ('incident.subject', number, ?), subject), language = coalesce (?, language),"
                       " encryption = ?, signature = ? WHERE id = ?",
                       "ssiii", subject, language, (gint64) encryption, (gint64) signature, id);
}

static gboolean
touch (MadoStore *store, gint64 id, gint64 now, GError **error)
{
  return mado_sql_run (store, error, "UPDATE incident SET updated = max (updated, ?) WHERE id = " SURVIVOR, "ii", now, id);
}

static gboolean
add_entry (MadoStore *store, gint64 incident, const char *direction, const char *author, const char *text, gint64 now,
           GError **error)
{
  return mado_sql_run (store, error,
                       "INSERT INTO entry (id, incident, date, direction, author, text)"
                       " SELECT n.id, " SURVIVOR ", ?, ?, ?, seal ('entry.text', n.id, ?) FROM " MADO_SQL_NEXT ("entry") " n", "iisss",
                       incident, now, direction, author, text)
         && touch (store, incident, now, error);
}

gboolean
mado_store_add_note (MadoStore *store, gint64 incident, const char *author, const char *text, gint64 now,
                     GError **error)
{
  return add_entry (store, incident, "note", author, text, now, error);
}

gboolean
mado_store_add_event (MadoStore *store, gint64 incident, const char *author, const char *text, gint64 now,
                      GError **error)
{
  return add_entry (store, incident, "event", author, text, now, error);
}

gboolean
mado_store_add_mail (MadoStore *store, gint64 incident, const char *queue_id, gint64 now, GError **error)
{
  return mado_sql_run (store, error,
                       "INSERT INTO entry (incident, date, direction, message)"
                       " SELECT " SURVIVOR ", received, 'in', id FROM message WHERE queue_id = ? ON CONFLICT (message) DO NOTHING",
                       "is", incident, queue_id)
         && touch (store, incident, now, error);
}

char *
mado_store_find_entry_mail (MadoStore *store, gint64 incident, gint64 entry, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT m.queue_id FROM entry e JOIN message m ON m.id = e.message"
                        " WHERE e.id = ? AND e.incident = ?",
                        "ii", entry, incident);

  if (row == NULL)
    return NULL;
  if (mado_sql_step (store, row, &problem))
    return mado_sql_text (row, 0);
  if (problem == NULL)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "no such message in this ticket");
  else
    g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}
