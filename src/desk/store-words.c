/* store-words.c: see store-words.h. Called by the store's own files when something is written, and by the keeper for what an
 * older store did not have; must never refuse a mail because of its words. */
#include "madoguchi/desk/search-text.h"
#include "madoguchi/desk/store-index.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/base/error.h"

#include <string.h>

#define WORDS_VERSION 1 /* of base/terms.h and search-text.h: an index of another one is made anew */
#define COMPACT_PAGES 200

/* --- what a message says -------------------------------------------------------------------------------- */

void
mado_said_clear (MadoSaid *said)
{
  g_clear_pointer (&said->pieces, g_array_unref);
  if (said->type != NULL)
    mado_record_free (said->type, said->record);
  else
    g_free (said->record);
  g_free (said->author);
  memset (said, 0, sizeof *said);
}

/* What was loaded, or nothing when it cannot be read: only our own trouble is an error. */
static gboolean
take_record (MadoSaid *said, const MadoRecordType *type, gpointer record, GError *problem, GError **error)
{
  said->type = record != NULL ? type : NULL;
  said->record = record;
  if (problem == NULL)
    return TRUE;
  if (g_error_matches (problem, MADO_ERROR, MADO_ERROR_TEMP)) {
    g_propagate_error (error, problem);
    return FALSE;
  }
  g_error_free (problem);
  return TRUE;
}

static gboolean
load_row (MadoStore *store, MadoStatement *row, MadoSaid *said, GError **error)
{
  g_autofree char *queue_id = mado_sql_text (row, 3);
  gint64 outbox = sqlite3_column_int64 (row, 4);
  GError *problem = NULL;

  if (queue_id != NULL) {
    MadoReport *report = mado_store_load_report (store, queue_id, &problem);
    if (report != NULL)
      said->pieces = mado_search_text_of_report (report);
    return take_record (said, &mado_report_type, report, problem, error);
  }
  if (outbox != 0) {
    MadoReply *reply = mado_store_load_reply (store, outbox, &problem);
    if (reply != NULL)
      said->pieces = mado_search_text_of_reply (reply);
    return take_record (said, &mado_reply_type, reply, problem, error);
  }
  if (g_strcmp0 ((const char *) sqlite3_column_text (row, 0), "note") == 0 && sqlite3_column_type (row, 2) == SQLITE_TEXT) {
    said->author = mado_sql_text (row, 1);
    said->record = mado_sql_text (row, 2);
    said->pieces = mado_search_text_of_note (said->author, said->record);
  }
  return TRUE;
}

gboolean
mado_store_load_said (MadoStore *store, gint64 entry, MadoSaid *said, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT e.direction, e.author, peek ('entry.text', e.id, e.text), m.queue_id, e.outbox FROM entry e"
                        " LEFT JOIN message m ON m.id = e.message WHERE e.id = ?",
                        "i", entry);
  gboolean ok;

  if (row == NULL)
    return FALSE;
  ok = !mado_sql_step (store, row, &problem) || load_row (store, row, said, error);
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  if (said->pieces == NULL)
    said->pieces = g_array_new (FALSE, FALSE, sizeof (MadoPiece));
  return ok;
}

/* --- adding and removing -------------------------------------------------------------------------------- */

typedef struct {
  GString *lines[MADO_PLACES];
  GHashTable *seen[MADO_PLACES];
} Forms;

static void
forms_clear (Forms *forms)
{
  for (guint i = 0; i < MADO_PLACES; i++) {
    g_string_free (forms->lines[i], TRUE);
    g_hash_table_destroy (forms->seen[i]);
  }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Forms, forms_clear)

static void
make_forms (const MadoStore *store, const GArray *pieces, Forms *forms)
{
  gsize left = store->max_words;

  for (guint i = 0; i < MADO_PLACES; i++) {
    forms->lines[i] = g_string_new (NULL);
    forms->seen[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  }
  for (guint i = 0; pieces != NULL && i < pieces->len && left > 0; i++) {
    const MadoPiece *piece = &g_array_index (pieces, MadoPiece, i);
    g_autoptr (MadoTerms) words = mado_terms_split (piece->text, left);
    mado_terms_add_forms (words, forms->seen[piece->place], forms->lines[piece->place]);
    left -= words->list->len;
  }
}

/* One statement with all columns. @sql: it takes them behind the id. */
static gboolean
run_with_forms (MadoStore *store, gint64 entry, const char *sql, GError **error)
{
  g_auto (MadoSaid) said = { 0 };
  g_auto (Forms) forms = { { NULL }, { NULL } };

  gboolean is_loaded = mado_store_load_said (store, entry, &said, error);
  make_forms (store, said.pieces, &forms);
  if (!is_loaded)
    return FALSE;
  if (said.pieces->len == 0)
    return TRUE;
  return mado_sql_run (store, error, sql, "issssss", entry, forms.lines[0]->str, forms.lines[1]->str, forms.lines[2]->str,
                       forms.lines[3]->str, forms.lines[4]->str, forms.lines[5]->str);
}

gboolean
mado_store_forget_words (MadoStore *store, gint64 entry, GError **error)
{
  gint64 known = 0;

  return mado_sql_number (store, &known, error, "SELECT rowid FROM words WHERE rowid = ?", "i", entry)
         && (known == 0
             || run_with_forms (store, entry,
                                "INSERT INTO words (words, rowid, sender, people, subject, body, file, indicator)"
                                " VALUES ('delete', ?, ?, ?, ?, ?, ?, ?)",
                                error));
}

static gboolean
add (MadoStore *store, gint64 entry, GError **error)
{
  return run_with_forms (store, entry,
                         "INSERT INTO words (rowid, sender, people, subject, body, file, indicator) VALUES (?, ?, ?, ?, ?, ?, ?)",
                         error);
}

gboolean
mado_store_add_words (MadoStore *store, gint64 entry, GError **error)
{
  gint64 is_due = 0;

  /* What came with this transaction, or waits in the backlog, is added in its own time. */
  return mado_sql_number (store, &is_due, error, "SELECT ?1 > backlog AND ?1 <= last FROM words_state", "i", entry)
         && (is_due == 0 || add (store, entry, error));
}

static gboolean
find_entry (MadoStore *store, const char *queue_id, gint64 *entry, GError **error)
{
  return mado_sql_number (store, entry, error, "SELECT e.id FROM entry e JOIN message m ON m.id = e.message WHERE m.queue_id = ?", "s",
                          queue_id);
}

gboolean
mado_store_forget_mail_words (MadoStore *store, const char *queue_id, GError **error)
{
  gint64 entry = 0;

  return find_entry (store, queue_id, &entry, error) && (entry == 0 || mado_store_forget_words (store, entry, error));
}

gboolean
mado_store_add_mail_words (MadoStore *store, const char *queue_id, GError **error)
{
  gint64 entry = 0;

  return find_entry (store, queue_id, &entry, error) && (entry == 0 || mado_store_add_words (store, entry, error));
}

/* --- all of them, step by step -------------------------------------------------------------------------- */

/* (transfer full) ids of entries that @sql, with one or two numbers, lists. */
static GArray *
list_entries (MadoStore *store, const char *sql, gint64 first, gint64 second, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, sql, "ii", first, second);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    gint64 id = sqlite3_column_int64 (row, 0);
    g_array_append_val (list, id);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

static gboolean
add_all (MadoStore *store, const GArray *entries, GError **error)
{
  for (guint i = 0; i < entries->len; i++)
    if (!add (store, g_array_index (entries, gint64, i), error))
      return FALSE;
  return TRUE;
}

gboolean
mado_store_index_new (MadoStore *store, GError **error)
{
  gint64 last = 0;

  if (!store->has_words)
    return TRUE;
  if (!mado_sql_number (store, &last, error, "SELECT last FROM words_state", ""))
    return FALSE;
  g_autoptr (GArray) entries = list_entries (store, "SELECT id FROM entry WHERE id > ?1 AND ?2 = 0 ORDER BY id", last, 0, error);
  if (entries == NULL)
    return FALSE;
  return entries->len == 0
         || (add_all (store, entries, error)
             && mado_sql_run (store, error, "UPDATE words_state SET last = ?", "i", g_array_index (entries, gint64, entries->len - 1)));
}

gboolean
mado_store_work_backlog (MadoStore *store, gint64 limit, gboolean *left, GError **error)
{
  gint64 backlog = 0;

  if (!mado_sql_number (store, &backlog, error, "SELECT backlog FROM words_state", ""))
    return FALSE;
  g_autoptr (GArray) entries = list_entries (store, "SELECT id FROM entry WHERE id <= ?1 ORDER BY id DESC LIMIT ?2", backlog, limit, error);
  if (entries == NULL || !add_all (store, entries, error))
    return FALSE;
  backlog = entries->len > 0 ? g_array_index (entries, gint64, entries->len - 1) - 1 : 0;
  *left = backlog > 0;
  return mado_sql_run (store, error, "UPDATE words_state SET backlog = ?1 WHERE backlog <> ?1", "i", backlog);
}

gboolean
mado_store_count_backlog (MadoStore *store, gint64 *count, GError **error)
{
  return mado_sql_number (store, count, error, "SELECT count (*) FROM entry WHERE id <= (SELECT backlog FROM words_state)", "");
}

gboolean
mado_store_erase_words (MadoStore *store, gint64 incident, GError **error)
{
  g_autoptr (GArray) entries = list_entries (store, "SELECT id FROM entry WHERE incident = ?1 AND ?2 = 0 ORDER BY id", incident, 0, error);

  if (entries == NULL)
    return FALSE;
  for (guint i = 0; i < entries->len; i++)
    if (!mado_store_forget_words (store, g_array_index (entries, gint64, i), error))
      return FALSE;
  return mado_sql_run (store, error, "UPDATE words_state SET erased = 1", "");
}

/* All pages are made anew into one tree, some of them at a time; deleted hashes are left out. */
gboolean
mado_store_compact_words (MadoStore *store, gboolean *left, GError **error)
{
  gint64 erased = 0;
  int before;

  *left = FALSE;
  if (!mado_sql_number (store, &erased, error, "SELECT erased FROM words_state", "") || erased == 0)
    return erased == 0;
  if (erased == 1 && !mado_sql_run (store, error, "UPDATE words_state SET erased = 2", ""))
    return FALSE;
  before = sqlite3_total_changes (store->db);
  if (!mado_sql_run (store, error, "INSERT INTO words (words, rank) VALUES ('merge', ?)", "i", (gint64) -COMPACT_PAGES))
    return FALSE;
  *left = sqlite3_total_changes (store->db) - before >= 2; /* as the documentation of FTS5 tells them apart */
  return *left || mado_sql_run (store, error, "UPDATE words_state SET erased = 0 WHERE erased = 2", "");
}

void
mado_store_set_max_words (MadoStore *store, gsize max)
{
  store->max_words = max;
}

gboolean
mado_store_open_words (MadoStore *store, GError **error)
{
  gint64 version = 0;

  store->has_words = TRUE;
  if (!mado_sql_number (store, &version, error, "SELECT version FROM words_state", ""))
    return FALSE;
  if (version == WORDS_VERSION)
    return TRUE;
  if (!mado_store_begin (store, error))
    return FALSE;
  if (mado_sql_run (store, error, "INSERT INTO words (words) VALUES ('delete-all')", "")
      && mado_sql_run (store, error, "UPDATE words_state SET version = ?1, last = (SELECT coalesce (max (id), 0) FROM entry)", "i", (gint64) WORDS_VERSION)
      && mado_sql_run (store, error, "UPDATE words_state SET backlog = last", "") && mado_store_commit (store, error))
    return TRUE;
  mado_store_rollback (store);
  return FALSE;
}
