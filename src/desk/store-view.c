/* store-view.c: see store-view.h. */
#include "madoguchi/desk/store-view.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/store-sql.h"

#define NAME_KEY "keyed ('view-name', coalesce (?1, '') || ' ' || ?2)"

GPtrArray *
mado_store_list_views (MadoStore *store, const char *login, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_view_free);
  g_autoptr (MadoStatement) row = mado_sql_query (
      store, error, "SELECT unseal ('saved_view.name', id, name), unseal ('saved_view.query', id, query), login IS NULL"
                    " FROM saved_view WHERE login IS NULL OR login = ?1 ORDER BY login IS NULL, made, id", "s", login);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoView *view = mado_view_new ();
    view->name = mado_sql_text (row, 0);
    view->query = mado_sql_text (row, 1);
    view->team = sqlite3_column_int (row, 2) != 0;
    g_ptr_array_add (list, view);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_put_view (MadoStore *store, const char *login, const MadoView *view, gint64 now, guint most, GError **error)
{
  g_autofree char *id = g_uuid_string_random ();
  gint64 count = 0;

  if (!mado_sql_run (store, error, "UPDATE saved_view SET query = seal ('saved_view.query', id, ?3) WHERE name_key = " NAME_KEY, "sss", login,
                     view->name, view->query))
    return FALSE;
  if (mado_sql_changes (store) > 0)
    return TRUE;
  if (!mado_sql_number (store, &count, error, "SELECT count (*) FROM saved_view WHERE login IS ?1", "s", login))
    return FALSE;
  if (count >= most) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "no more than %u views are kept: forget one first", most);
    return FALSE;
  }
  return mado_sql_run (store, error,
                       "INSERT INTO saved_view (login, name, name_key, query, id, made) VALUES (?1, seal ('saved_view.name', ?4, ?2), " NAME_KEY
                       ", seal ('saved_view.query', ?4, ?3), ?4, ?5)",
                       "ssssi", login, view->name, view->query, id, now);
}

gboolean
mado_store_remove_view (MadoStore *store, const char *login, const char *name, gint64 *count, GError **error)
{
  if (!mado_sql_run (store, error, "DELETE FROM saved_view WHERE name_key = " NAME_KEY, "ss", login, name))
    return FALSE;
  *count = mado_sql_changes (store);
  return TRUE;
}

gboolean
mado_store_remove_views (MadoStore *store, const char *login, GError **error)
{
  return mado_sql_run (store, error, "DELETE FROM saved_view WHERE login = ?", "s", login);
}
