/* store-draft.c: see store-draft.h. */
#include "madoguchi/desk/store-draft.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

#define MAX_DRAFTS 20 /* of one ticket, with texts of up to MADO_REPLY_TEXT_MAX */

/* The last line of the thread that says something to or from outside: automatic answers do not count. */
#define LAST_SPOKEN(incident)                                                                                   \
  "(SELECT coalesce (max (e.id), 0) FROM entry e LEFT JOIN outbox o ON o.id = e.outbox WHERE e.incident = " incident \
  " AND (e.direction = 'in' OR (e.direction = 'out' AND o.automatic = 0)))"

#define DRAFT_COLUMNS \
  "d.id, d.revision, d.state, d.author, d.created, d.updated, d.seen, unseal ('draft.content', d.id, d.content), i.number, " \
  LAST_SPOKEN ("d.incident") ", (SELECT e.direction FROM entry e WHERE e.id = " LAST_SPOKEN ("d.incident") ")"

#define DRAFT_SELECT \
  "SELECT " DRAFT_COLUMNS " FROM draft d JOIN incident i ON i.id = d.incident WHERE d.state IN ('draft', 'needs-approval') "

/* --- files ---------------------------------------------------------------------------------------------- */

/* @owner: "draft" or "outbox": a column. */
static gboolean
drop_files (MadoStore *store, const char *owner, gint64 id, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("DELETE FROM reply_file WHERE %s = ?", owner);

  return mado_sql_run (store, error, sql, "i", id);
}

static gboolean
put_file (MadoStore *store, const char *owner, gint64 id, guint position, const MadoReplyFile *file, GError **error)
{
  g_autofree char *sql = g_strdup_printf ("INSERT INTO reply_file (%s, position) VALUES (?, ?)", owner);
  gsize size = 0;
  g_autofree guchar *bytes = g_base64_decode (file->content, &size);
  g_autoptr (GBytes) content = g_bytes_new_take (g_steal_pointer (&bytes), size);

  return mado_sql_run (store, error, sql, "ii", id, (gint64) position)
         && mado_sql_run (store, error, "UPDATE reply_file SET content = seal ('reply_file.content', id, ?2) WHERE id = ?1", "ib",
                          (gint64) sqlite3_last_insert_rowid (store->db), content);
}

static gboolean
put_files (MadoStore *store, const char *owner, gint64 id, const GPtrArray *files, GError **error)
{
  if (!drop_files (store, owner, id, error))
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    if (!put_file (store, owner, id, i, files->pdata[i], error))
      return FALSE;
  return TRUE;
}

static gboolean
fill_files (MadoStore *store, const char *owner, gint64 id, GPtrArray *files, GError **error)
{
  g_autofree char *sql = g_strdup_printf (
      "SELECT position, unseal ('reply_file.content', id, content) FROM reply_file WHERE %s = ? ORDER BY position", owner);
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, sql, "i", id);
  g_autoptr (GError) problem = NULL;
  guint found = 0;

  if (row == NULL)
    return FALSE;
  while (mado_sql_step (store, row, &problem)) {
    guint position = (guint) sqlite3_column_int (row, 0);
    const guchar *bytes = sqlite3_column_blob (row, 1);
    if (position >= files->len)
      break;
    MadoReplyFile *file = files->pdata[position];
    g_free (file->content);
    file->content = g_base64_encode (bytes, (gsize) sqlite3_column_bytes (row, 1));
    found++;
  }
  if (problem == NULL && found != files->len)
    g_set_error_literal (&problem, MADO_ERROR, MADO_ERROR_PERM, "a file of the answer is not in the store");
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return found == files->len;
}

gboolean
mado_store_fill_draft_files (MadoStore *store, gint64 draft, GPtrArray *files, GError **error)
{
  return fill_files (store, "draft", draft, files, error);
}

gboolean
mado_store_add_answer_files (MadoStore *store, gint64 incident, const GPtrArray *files, GError **error)
{
  gint64 id = 0;

  return files->len == 0
         || (mado_sql_number (store, &id, error, "SELECT max (id) FROM outbox WHERE incident = ?", "i", incident)
             && put_files (store, "outbox", id, files, error));
}

gboolean
mado_store_fill_answer_files (MadoStore *store, gint64 answer, GPtrArray *files, GError **error)
{
  return files->len == 0 || fill_files (store, "outbox", answer, files, error);
}

gboolean
mado_store_drop_answer_files (MadoStore *store, gint64 answer, GError **error)
{
  return drop_files (store, "outbox", answer, error);
}

/* --- drafts --------------------------------------------------------------------------------------------- */

static void
name_draft (MadoDraft *draft, const char *number)
{
  g_free (draft->name);
  draft->name = g_strdup_printf ("%s/%" G_GINT64_FORMAT ".%" G_GINT64_FORMAT, number, draft->id, draft->revision);
}

/* Files without content, which has a table of its own. */
static GBytes *
make_content (const MadoDraft *draft)
{
  g_autoptr (MadoDraft) light = mado_draft_copy (draft);

  for (guint i = 0; i < light->wish->files->len; i++)
    g_clear_pointer (&((MadoReplyFile *) light->wish->files->pdata[i])->content, g_free);
  g_clear_pointer (&light->conflict, g_free);
  return mado_record_to_bytes (&mado_draft_type, light);
}

static gboolean
has_content (const GPtrArray *files)
{
  return files->len == 0 || ((const MadoReplyFile *) files->pdata[0])->content != NULL;
}

static gboolean
find_name (MadoStore *store, gint64 incident, MadoDraft *draft, GError **error)
{
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, "SELECT number FROM incident WHERE id = ?", "i", incident);

  if (row == NULL || !mado_sql_step (store, row, error))
    return FALSE;
  g_autofree char *number = mado_sql_text (row, 0);
  g_free (draft->ticket);
  draft->ticket = g_strdup_printf ("%s #%s", store->prefix, number);
  name_draft (draft, number);
  return TRUE;
}

/* All of them are shown with their ticket, and have to fit into one answer. */
static gboolean
has_room (MadoStore *store, gint64 incident, GError **error)
{
  gint64 count = 0;

  if (!mado_sql_number (store, &count, error, "SELECT count (*) FROM draft WHERE incident = ? AND state IN ('draft', 'needs-approval')", "i",
                        incident))
    return FALSE;
  if (count >= MAX_DRAFTS)
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "a ticket has no more than %d answers that are not sent: send or discard one first", MAX_DRAFTS);
  return count < MAX_DRAFTS;
}

gboolean
mado_store_put_draft (MadoStore *store, gint64 incident, MadoDraft *draft, gint64 now, GError **error)
{
  draft->updated = now;
  if (draft->id == 0) {
    draft->created = now;
    if (!has_room (store, incident, error)
        || !mado_sql_run (store, error,
                           "INSERT INTO draft (incident, state, author, revision, created, updated, seen) VALUES (?1, ?2, ?3, ?4, ?5, ?5, 0)",
                           "issii", incident, draft->state, draft->author, draft->revision, now))
      return FALSE;
    draft->id = sqlite3_last_insert_rowid (store->db);
  }
  g_autoptr (GBytes) content = make_content (draft);
  return mado_sql_run (store, error,
                       "UPDATE draft SET state = ?2, revision = ?3, updated = ?4, seen = " LAST_SPOKEN ("draft.incident")
                       ", content = seal ('draft.content', id, ?5) WHERE id = ?1",
                       "isiib", draft->id, draft->state, draft->revision, now, content)
         && (!has_content (draft->wish->files) || put_files (store, "draft", draft->id, draft->wish->files, error))
         && find_name (store, incident, draft, error);
}

static MadoDraft *
read_draft (MadoStore *store, MadoStatement *row, GError **error)
{
  g_autoptr (GBytes) content = mado_sql_bytes (row, 7);
  MadoDraft *draft = content != NULL ? mado_record_from_bytes (&mado_draft_type, content, error) : mado_draft_new ();

  if (draft == NULL)
    return NULL;
  if (draft->wish == NULL)
    draft->wish = mado_reply_wish_new ();
  g_autofree char *number = mado_sql_text (row, 8);
  g_autofree char *last = mado_sql_text (row, 10);
  draft->id = sqlite3_column_int64 (row, 0);
  draft->revision = sqlite3_column_int64 (row, 1);
  g_free (draft->state);
  draft->state = mado_sql_text (row, 2);
  g_free (draft->author);
  draft->author = mado_sql_text (row, 3);
  draft->created = sqlite3_column_int64 (row, 4);
  draft->updated = sqlite3_column_int64 (row, 5);
  draft->seen = sqlite3_column_int64 (row, 6);
  g_free (draft->ticket);
  draft->ticket = g_strdup_printf ("%s #%s", store->prefix, number);
  name_draft (draft, number);
  g_clear_pointer (&draft->conflict, g_free);
  if (sqlite3_column_int64 (row, 9) > draft->seen)
    draft->conflict = g_strdup (g_strcmp0 (last, "in") == 0 ? "a new mail came since it was written"
                                                            : "somebody sent an answer since it was written");
  return draft;
}

MadoDraft *
mado_store_load_draft (MadoStore *store, gint64 incident, gint64 id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, DRAFT_SELECT "AND d.id = ? AND d.incident = ?", "ii", id, incident);

  if (row == NULL)
    return NULL;
  if (mado_sql_step (store, row, &problem))
    return read_draft (store, row, error);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "no draft %" G_GINT64_FORMAT " in this ticket (or it was sent or discarded)", id);
  return NULL;
}

GPtrArray *
mado_store_list_drafts (MadoStore *store, gint64 incident, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_draft_free);
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, DRAFT_SELECT "AND d.incident = ? ORDER BY d.id LIMIT 100", "i", incident);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoDraft *draft = read_draft (store, row, error);
    if (draft == NULL)
      return NULL;
    g_ptr_array_add (list, draft);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

GArray *
mado_store_list_drafted (MadoStore *store, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (MadoStatement) row = mado_sql_query (
      store, error, "SELECT DISTINCT incident FROM draft WHERE state IN ('draft', 'needs-approval') ORDER BY incident LIMIT 1000", "");

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    gint64 incident = sqlite3_column_int64 (row, 0);
    g_array_append_val (list, incident);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_end_draft (MadoStore *store, gint64 id, const char *state, gint64 now, GError **error)
{
  return mado_sql_run (store, error, "UPDATE draft SET state = ?2, updated = ?3, content = NULL WHERE id = ?1", "isi", id, state, now)
         && drop_files (store, "draft", id, error);
}
