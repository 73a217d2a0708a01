/* store-token.c: see store-token.h. Who reads the store cannot use them. */
#include "madoguchi/desk/store-token.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/store-sql.h"

#define COLUMNS "login, unseal ('access_token.name', id, name), scopes, made, until, used"
#define NAME_KEY "keyed ('token-name', ?1 || ' ' || ?2)"

gboolean
mado_store_add_token (MadoStore *store, const MadoAccessToken *record, const char *token, GError **error)
{
  g_autofree char *id = g_uuid_string_random (), *scopes = g_strjoinv (",", record->scopes);
  gint64 count = 0;

  if (!mado_sql_number (store, &count, error, "SELECT count (*) FROM access_token WHERE name_key = " NAME_KEY, "ss", record->login,
                        record->name))
    return FALSE;
  if (count > 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s has a token called %s already", record->login, record->name);
    return FALSE;
  }
  return mado_sql_run (store, error,
                       "INSERT INTO access_token (login, name, name_key, id, hash, scopes, made, until) VALUES"
                       " (?1, seal ('access_token.name', ?3, ?2), " NAME_KEY ", ?3, keyed ('access-token', ?4), ?5, ?6, ?7)",
                       "sssssii", record->login, record->name, id, token, scopes, record->made, record->until);
}

/* (transfer full) */
static MadoAccessToken *
read_row (MadoStatement *row)
{
  MadoAccessToken *record = mado_access_token_new ();
  g_autofree char *scopes = mado_sql_text (row, 2);

  record->login = mado_sql_text (row, 0);
  record->name = mado_sql_text (row, 1);
  g_strfreev (record->scopes);
  record->scopes = g_strsplit (scopes, ",", -1);
  record->made = sqlite3_column_int64 (row, 3);
  record->until = sqlite3_column_int64 (row, 4);
  record->used = sqlite3_column_int64 (row, 5);
  return record;
}

gboolean
mado_store_find_access_token (MadoStore *store, const char *token, gint64 now, MadoAccessToken **found, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (
      store, error, "SELECT " COLUMNS " FROM access_token WHERE hash = keyed ('access-token', ?) AND until > ?", "si", token, now);

  *found = NULL;
  if (row == NULL)
    return FALSE;
  if (mado_sql_step (store, row, &problem))
    *found = read_row (row);
  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  return problem == NULL;
}

GPtrArray *
mado_store_list_tokens (MadoStore *store, const char *login, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_access_token_free);
  g_autoptr (MadoStatement) row = mado_sql_query (
      store, error, "SELECT " COLUMNS " FROM access_token WHERE ?1 IS NULL OR login = ?1 ORDER BY login, made, id", "s", login);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem))
    g_ptr_array_add (list, read_row (row));
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_touch_token (MadoStore *store, const char *token, gint64 now, GError **error)
{
  return mado_sql_run (store, error, "UPDATE access_token SET used = max (used, ?2) WHERE hash = keyed ('access-token', ?1)", "si", token, now);
}

gboolean
mado_store_remove_token (MadoStore *store, const char *login, const char *name, gint64 *count, GError **error)
{
  if (!mado_sql_run (store, error, "DELETE FROM access_token WHERE name_key = " NAME_KEY, "ss", login, name))
    return FALSE;
  *count = mado_sql_changes (store);
  return TRUE;
}

gboolean
mado_store_remove_tokens (MadoStore *store, const char *login, GError **error)
{
  return mado_sql_run (store, error, "DELETE FROM access_token WHERE login = ?", "s", login);
}
