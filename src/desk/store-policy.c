/* store-policy.c: see store-policy.h. */
#include "madoguchi/desk/store-policy.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/desk/store-sql.h"

#define MAX_DECISIONS 20000 /* that are opened */

#define OF_RULES "FROM decision WHERE set_by = 'rule' AND message IS NOT NULL"

gboolean
mado_store_each_decision (MadoStore *store, gint64 mails, MadoStoreOnDecision each, gpointer data, gint64 *looked_at, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gint64 first = 0;

  /* messages are counted upwards, and few of them are no tickets'; the greatest one stands at the end of an index */
  if (!mado_sql_number (store, &first, error, "SELECT max (message) - ?1 FROM decision", "i", mails)
      || !mado_sql_number (store, looked_at, error, "SELECT count (DISTINCT message) " OF_RULES " AND message > ?1", "i", first))
    return FALSE;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT message, peek ('decision.rule', id, rule), CASE field WHEN 'priority' THEN"
                        " peek ('decision.because', id, because) END " OF_RULES " AND message > ?1 ORDER BY message DESC, id LIMIT ?2",
                        "ii", first, (gint64) MAX_DECISIONS);
  if (row == NULL)
    return FALSE;
  while (mado_sql_step (store, row, &problem)) {
    gboolean is_damaged = FALSE; /* then it counts for no rule */
    g_autofree char *rule = mado_sql_peeked (row, 1, &is_damaged), *because = mado_sql_peeked (row, 2, &is_damaged);
    each (data, sqlite3_column_int64 (row, 0), rule, because);
  }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
mado_store_find_automatic (MadoStore *store, gint64 incident, const char *queue_id, MadoReply **reply, char **state, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT id, state FROM outbox WHERE incident = ? AND automatic = 1"
                        " AND answers = (SELECT id FROM message WHERE queue_id = ?) ORDER BY id LIMIT 1",
                        "is", incident, queue_id);

  *reply = NULL;
  *state = NULL;
  if (row == NULL)
    return FALSE;
  if (mado_sql_step (store, row, &problem)) {
    gint64 id = sqlite3_column_int64 (row, 0);
    *state = mado_sql_text (row, 1);
    *reply = mado_store_load_reply (store, id, error);
    if (*reply == NULL)
      g_clear_pointer (state, g_free);
    return *reply != NULL;
  }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}
