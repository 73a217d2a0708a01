/* desk-schema.h: stores of earlier versions, made by the very steps that made them then. */
#pragma once

#include "desk-vault.h"

#include "madoguchi/desk/store-schema.h"
#include "madoguchi/desk/store-vault.h"

static inline void
test_finalize (gpointer statement)
{
  sqlite3_finalize (statement);
}

/* Opens @path as it is, without taking a step. */
static inline MadoStore *
test_raw_store (const char *path)
{
  MadoStore *store = g_new0 (MadoStore, 1);

  store->lock = -1;
  store->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, test_finalize);
  g_assert_cmpint (sqlite3_open (path, &store->db), ==, SQLITE_OK);
  g_assert_true (mado_store_teach_vault (store, test_vault (), NULL));
  return store;
}

static inline void
test_execute (MadoStore *store, const char *sql)
{
  char *message = NULL;

  if (sqlite3_exec (store->db, sql, NULL, NULL, &message) != SQLITE_OK)
    g_error ("%s: %.300s", message, sql);
}

/* Changes the store at @path behind the keeper's back. */
static inline void
test_run_sql (const char *path, const char *sql)
{
  MadoStore *store = test_raw_store (path);

  test_execute (store, sql);
  mado_store_close (store);
}

/* Brings @path, which may not be there yet, to @schema, and puts the rows of @sql into it. */
static inline void
test_old_store (const char *path, int schema, const char *sql)
{
  g_autoptr (GError) error = NULL;
  MadoStore *store = test_raw_store (path);

  g_assert_true (mado_schema_migrate (store, schema, &error));
  g_assert_cmpint (mado_store_schema (store), ==, schema);
  test_execute (store, sql);
  mado_store_close (store);
}
