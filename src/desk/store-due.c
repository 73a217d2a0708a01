/* store-due.c: see store-due.h. A row of `due` stays when nothing is due (at = 0): it knows whether somebody has answered, and
 * whether a member said so (set_by). */
#include "madoguchi/desk/store-due.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

#define LOOK_BACK 200 /* lines of a thread: what happened before those is long ago */

static gboolean
end (const GError *problem, GError **error)
{
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (problem));
  return FALSE;
}

gboolean
mado_store_fill_due (MadoStore *store, MadoIncident *incident, gint64 now, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT d.at, d.step, d.set_by, d.escalated FROM incident i JOIN due d ON d.incident = i.id"
                        " WHERE i.number = ? AND d.at > 0",
                        "s", incident->number);

  if (row == NULL)
    return FALSE;
  if (!mado_sql_step (store, row, &problem))
    return end (problem, error);
  incident->due = sqlite3_column_int64 (row, 0);
  g_free (incident->due_step);
  incident->due_step = mado_sql_text (row, 1);
  g_free (incident->due_by);
  incident->due_by = mado_sql_text (row, 2);
  incident->escalated = sqlite3_column_int64 (row, 3);
  incident->overdue = incident->due <= now;
  return TRUE;
}

/* What the rules decide by, and what the row says. */
typedef struct {
  char *state, *priority, *category, *set_by;
  MadoDueFacts facts;
} Case;

static void
case_clear (Case *c)
{
  g_free (c->state);
  g_free (c->priority);
  g_free (c->category);
  g_free (c->set_by);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Case, case_clear)

/* Backwards to the last thing that a member did. */
static gboolean
read_thread (MadoStore *store, gint64 id, MadoDueFacts *facts, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT date, direction, author IS NOT NULL FROM entry WHERE incident = ? ORDER BY id DESC LIMIT ?", "ii",
                        id, (gint64) LOOK_BACK);

  if (row == NULL)
    return FALSE;
  while (mado_sql_step (store, row, &problem)) {
    if (sqlite3_column_int (row, 2) != 0) {
      facts->acted = sqlite3_column_int64 (row, 0);
      return TRUE;
    }
    if (g_strcmp0 ((const char *) sqlite3_column_text (row, 1), "in") == 0)
      facts->pending = sqlite3_column_int64 (row, 0);
  }
  return end (problem, error);
}

static gboolean
read_case (MadoStore *store, gint64 id, Case *c, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT i.state, i.priority, i.category, i.created, d.set_by, coalesce (d.answered, 0)"
                        "  OR EXISTS (SELECT 1 FROM outbox o WHERE o.incident = i.id AND o.automatic = 0)"
                        " FROM incident i LEFT JOIN due d ON d.incident = i.id WHERE i.id = ?",
                        "i", id);

  if (row == NULL)
    return FALSE;
  if (!mado_sql_step (store, row, &problem)) {
    if (problem == NULL)
      g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "no such ticket");
    return problem != NULL && end (problem, error);
  }
  c->state = mado_sql_text (row, 0);
  c->priority = mado_sql_text (row, 1);
  c->category = mado_sql_text (row, 2);
  c->set_by = mado_sql_text (row, 4);
  c->facts = (MadoDueFacts){ .state = c->state, .priority = c->priority, .category = c->category, .created = sqlite3_column_int64 (row, 3) };
  c->facts.is_answered = sqlite3_column_int (row, 5) != 0 || strcmp (c->state, "waiting") == 0 || mado_state_is_finished (c->state);
  g_clear_pointer (&row, mado_sql_reset);
  return read_thread (store, id, &c->facts, error);
}

/* What was escalated was so for that step and time; for another one it is not. */
static gboolean
put (MadoStore *store, gint64 id, const MadoDue *due, const char *set_by, gboolean is_answered, GError **error)
{
  return mado_sql_run (store, error,
                       "INSERT INTO due (incident, at, step, set_by, answered) VALUES (?1, ?2, ?3, ?4, ?5)"
                       " ON CONFLICT (incident) DO UPDATE SET escalated = iif (at = ?2 AND step = ?3, escalated, 0),"
                       " at = ?2, step = ?3, set_by = ?4, answered = ?5",
                       "iissi", id, due->at, due->step != NULL ? due->step : "", set_by, (gint64) is_answered);
}

gboolean
mado_store_renew_due (MadoStore *store, const MadoDueRules *rules, gint64 id, GError **error)
{
  g_auto (Case) c = { 0 };

  if (rules == NULL)
    return TRUE;
  if (!read_case (store, id, &c, error))
    return FALSE;
  if (!mado_state_is (c.state) || (c.set_by != NULL && !mado_state_is_finished (c.state)))
    return TRUE; /* it was merged: what it is part of now has its own; or a member said so */
  MadoDue due = mado_due_decide (rules, &c.facts);
  return put (store, id, &due, NULL, c.facts.is_answered, error);
}

gboolean
mado_store_set_due (MadoStore *store, const MadoDueRules *rules, gint64 id, gint64 at, const char *login, GError **error)
{
  g_auto (Case) c = { 0 };
  MadoDue due = { "set", at };

  if (!read_case (store, id, &c, error))
    return FALSE;
  if (login == NULL)
    due = rules != NULL ? mado_due_decide (rules, &c.facts) : (MadoDue){ NULL, 0 };
  return put (store, id, &due, login, c.facts.is_answered, error);
}

gboolean
mado_store_renew_missing_due (MadoStore *store, const MadoDueRules *rules, gint64 *last, gint64 limit, GError **error)
{
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT i.id, d.incident IS NULL AND i.state IN ('new', 'open', 'waiting') FROM incident i"
                        " LEFT JOIN due d ON d.incident = i.id WHERE i.id > ? ORDER BY i.id LIMIT ?",
                        "ii", *last, limit);
  gint64 next = *last;

  if (row == NULL)
    return FALSE;
  while (mado_sql_step (store, row, &problem)) {
    next = sqlite3_column_int64 (row, 0);
    if (sqlite3_column_int (row, 1) != 0)
      g_array_append_val (ids, next);
  }
  if (!end (problem, error))
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    if (!mado_store_renew_due (store, rules, g_array_index (ids, gint64, i), error))
      return FALSE;
  *last = next;
  return TRUE;
}

static void
overdue_free (gpointer data)
{
  MadoOverdue *overdue = data;

  g_free (overdue->step);
  g_free (overdue);
}

GPtrArray *
mado_store_list_overdue (MadoStore *store, gint64 now, gint64 limit, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (overdue_free);
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (store, error,
                                                  "SELECT incident, at, step FROM due WHERE escalated = 0 AND at > 0 AND at <= ?"
                                                  " ORDER BY at LIMIT ?",
                                                  "ii", now, limit);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoOverdue *overdue = g_new0 (MadoOverdue, 1);
    overdue->id = sqlite3_column_int64 (row, 0);
    overdue->at = sqlite3_column_int64 (row, 1);
    overdue->step = mado_sql_text (row, 2);
    g_ptr_array_add (list, overdue);
  }
  return end (problem, error) ? g_steal_pointer (&list) : NULL;
}

gboolean
mado_store_set_escalated (MadoStore *store, gint64 id, gint64 now, GError **error)
{
  return mado_sql_run (store, error, "UPDATE due SET escalated = ? WHERE incident = ?", "ii", now, id);
}
