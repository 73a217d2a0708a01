/* store-sql.c: cached statements and their translation of errors. See store-sql.h. */
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/base/error.h"

#include <stdarg.h>

void
mado_sql_reset (MadoStatement *statement)
{
  if (statement == NULL)
    return;
  sqlite3_reset (statement);
  sqlite3_clear_bindings (statement); /* it is kept; what it was asked with is not */
}

gboolean
mado_sql_fail (MadoStore *store, const char *what, GError **error)
{
  int code = MADO_ERROR_TEMP;

  switch (sqlite3_errcode (store->db) & 0xff) {
  case SQLITE_CONSTRAINT:
  case SQLITE_ERROR:
  case SQLITE_MISUSE:
  case SQLITE_MISMATCH:
  case SQLITE_RANGE:
    code = MADO_ERROR_BUG;
    break;
  case MADO_SQL_SEALED: /* it will not open next time either */
    code = MADO_ERROR_PERM;
    break;
  case SQLITE_PERM:
  case SQLITE_AUTH:
  case SQLITE_READONLY:
    code = MADO_ERROR_DENIED;
    break;
  default: /* full, busy, input/output: ours, and passing; it never condemns a mail */
    break;
  }
  g_set_error (error, MADO_ERROR, code, "store: %s: %s", what, sqlite3_errmsg (store->db));
  return FALSE;
}

static void
bind_all (MadoStatement *statement, const char *types, va_list arguments)
{
  for (int i = 0; types[i] != '\0'; i++)
    if (types[i] == 'i') {
      sqlite3_bind_int64 (statement, i + 1, va_arg (arguments, gint64));
    } else if (types[i] == 's') {
      /* The caller's strings outlive the statement's use only until it returns: let SQLite copy. */
      sqlite3_bind_text (statement, i + 1, va_arg (arguments, const char *), -1, SQLITE_TRANSIENT);
    } else {
      GBytes *bytes = va_arg (arguments, GBytes *);
      gsize length = 0;
      const void *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;
      if (bytes == NULL)
        sqlite3_bind_null (statement, i + 1);
      else if (length == 0)
        sqlite3_bind_zeroblob (statement, i + 1, 0);
      else
        sqlite3_bind_blob64 (statement, i + 1, data, length, SQLITE_TRANSIENT);
    }
}

static MadoStatement *
prepare (MadoStore *store, const char *sql, GError **error)
{
  MadoStatement *statement = g_hash_table_lookup (store->statements, sql);

  if (statement != NULL) {
    sqlite3_reset (statement);
    sqlite3_clear_bindings (statement);
    return statement;
  }
  if (sqlite3_prepare_v3 (store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK) {
    mado_sql_fail (store, "prepare", error);
    return NULL;
  }
  g_hash_table_insert (store->statements, g_strdup (sql), statement);
  return statement;
}

static MadoStatement *
query (MadoStore *store, GError **error, const char *sql, const char *types, va_list arguments)
{
  MadoStatement *statement = prepare (store, sql, error);

  if (statement != NULL)
    bind_all (statement, types, arguments);
  return statement;
}

MadoStatement *
mado_sql_query (MadoStore *store, GError **error, const char *sql, const char *types, ...)
{
  va_list arguments;

  va_start (arguments, types);
  MadoStatement *statement = query (store, error, sql, types, arguments);
  va_end (arguments);
  return statement;
}

gboolean
mado_sql_step (MadoStore *store, MadoStatement *statement, GError **error)
{
  int code = sqlite3_step (statement);

  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    mado_sql_fail (store, "step", error);
  mado_sql_reset (statement);
  return FALSE;
}

gboolean
mado_sql_run (MadoStore *store, GError **error, const char *sql, const char *types, ...)
{
  g_autoptr (GError) problem = NULL;
  va_list arguments;

  va_start (arguments, types);
  MadoStatement *statement = query (store, error, sql, types, arguments);
  va_end (arguments);
  if (statement == NULL)
    return FALSE;
  while (mado_sql_step (store, statement, &problem))
    continue;
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
mado_sql_number (MadoStore *store, gint64 *out, GError **error, const char *sql, const char *types, ...)
{
  g_autoptr (GError) problem = NULL;
  va_list arguments;

  va_start (arguments, types);
  g_autoptr (MadoStatement) statement = query (store, error, sql, types, arguments);
  va_end (arguments);
  if (statement == NULL)
    return FALSE;
  *out = mado_sql_step (store, statement, &problem) ? sqlite3_column_int64 (statement, 0) : 0;
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

int
mado_sql_changes (MadoStore *store)
{
  return sqlite3_changes (store->db);
}

char *
mado_sql_text (MadoStatement *statement, int column)
{
  return g_strdup ((const char *) sqlite3_column_text (statement, column));
}

char *
mado_sql_peeked (MadoStatement *statement, int column, gboolean *is_damaged)
{
  if (sqlite3_column_type (statement, column) != SQLITE_INTEGER)
    return mado_sql_text (statement, column);
  *is_damaged = TRUE;
  return NULL;
}

GBytes *
mado_sql_bytes (MadoStatement *statement, int column)
{
  const void *data = sqlite3_column_blob (statement, column);
  int length = sqlite3_column_bytes (statement, column);

  return sqlite3_column_type (statement, column) == SQLITE_NULL ? NULL : g_bytes_new (data, (gsize) length);
}
