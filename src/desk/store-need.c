/* store-need.c: see store-need.h. The triggers that keep the list of names stand with the schema in store.c. */
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-vault.h"

gboolean
mado_store_load_need (MadoStore *store, const char *member, gint64 incident, MadoNeedFacts *facts, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT " MADO_NEED_NARROW ("i") ", EXISTS (SELECT 1 FROM named n WHERE n.incident = i.id AND n.login = ?2),"
                        " EXISTS (SELECT 1 FROM named n JOIN member m ON m.login = n.login WHERE n.incident = i.id AND m.left_at = 0"
                        "  AND m.role <> 'reader') FROM incident i WHERE i.id = ?1",
                        "is", incident, member);

  if (row == NULL)
    return FALSE;
  *facts = (MadoNeedFacts){ TRUE, FALSE, TRUE }; /* of what is not there nothing is told */
  if (mado_sql_step (store, row, &problem))
    *facts = (MadoNeedFacts){ sqlite3_column_int (row, 0) != 0, sqlite3_column_int (row, 1) != 0, sqlite3_column_int (row, 2) != 0 };
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
mado_need_may_read (MadoStore *store, const char *member, gint64 incident, gboolean *may, GError **error)
{
  gint64 n = 0;

  if (!mado_sql_number (store, &n, error, "SELECT " MADO_NEED_READABLE ("i", "?2") " FROM incident i WHERE i.id = ?1", "is", incident,
                        member))
    return FALSE;
  *may = n != 0;
  return TRUE;
}

GPtrArray *
mado_store_list_named (MadoStore *store, gint64 incident, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_named_free);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT login, named_by, named_at FROM named WHERE incident = ? ORDER BY login LIMIT 1000", "i",
                        incident);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoNamed *named = mado_named_new ();
    named->login = mado_sql_text (row, 0);
    named->by = mado_sql_text (row, 1);
    named->since = sqlite3_column_int64 (row, 2);
    g_ptr_array_add (list, named);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

static gboolean
read_reason (MadoStore *store, gint64 id, char **reason, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT unseal ('incident.restricted_why', number, restricted_why) FROM incident WHERE id = ?", "i", id);

  if (row == NULL)
    return FALSE;
  if (mado_sql_step (store, row, &problem))
    *reason = mado_sql_text (row, 0);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
mado_store_fill_need (MadoStore *store, gint64 id, MadoIncident *incident, GError **error)
{
  g_autoptr (GPtrArray) named = mado_store_list_named (store, id, error);

  if (named == NULL)
    return FALSE;
  for (guint i = 0; i < incident->restricted_to->len; i++)
    mado_named_free (incident->restricted_to->pdata[i]);
  g_ptr_array_set_size (incident->restricted_to, 0);
  g_ptr_array_extend_and_steal (incident->restricted_to, g_steal_pointer (&named)); /* a record frees what stands in its lists */
  g_clear_pointer (&incident->restricted_reason, g_free);
  return read_reason (store, id, &incident->restricted_reason, error);
}

gboolean
mado_store_add_named (MadoStore *store, gint64 incident, const char *login, const char *by, gint64 now, GError **error)
{
  return mado_sql_run (store, error, "INSERT OR IGNORE INTO named (incident, login, named_by, named_at) VALUES (?, ?, ?, ?)", "issi",
                       incident, login, by, now);
}

gboolean
mado_store_remove_named (MadoStore *store, gint64 incident, const char *login, GError **error)
{
  return mado_sql_run (store, error, "DELETE FROM named WHERE incident = ? AND login = ?", "is", incident, login);
}

gboolean
mado_store_set_restricted (MadoStore *store, gint64 incident, gboolean is_restricted, const char *reason, GError **error)
{
  return mado_sql_run (store, error,
                       "UPDATE incident SET restricted = ?2, restricted_why = seal ('incident.restricted_why', number, ?3) WHERE id = ?1",
                       "iis", incident, (gint64) is_restricted, reason);
}
