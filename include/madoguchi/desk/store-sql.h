/* store-sql.h: statements for the store's own files. Nobody else includes this. */
#pragma once

#include "madoguchi/desk/store.h"

#include <sqlite3.h>

/* A prepared statement that belongs to the store's cache; the cleanup only resets it. */
typedef struct sqlite3_stmt MadoStatement;
void mado_sql_reset (MadoStatement *statement);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoStatement, mado_sql_reset)

struct _MadoStore {
  sqlite3 *db;
  GHashTable *statements; /* SQL text -> MadoStatement */
  char *prefix;
  int lock; /* a locked file beside the database */
  gboolean in_transaction;
  gboolean is_touched; /* by the transaction, what members look at */
  void (*changed) (gpointer data);
  gpointer changed_data;
  guint8 audit_key[MADO_VAULT_KEY_SIZE];
  gboolean has_words; /* the index of words is there (store-words.h) */
  gsize max_words;    /* of a message that are kept in it */
};

/* @types: one letter per argument: i gint64, s const char * (NULL: null), b GBytes * (NULL: null).
 * NULL on error (BUG, TEMP). */
MadoStatement *mado_sql_query (MadoStore *store, GError **error, const char *sql, const char *types, ...);

/* The same, run to its end. @changed: (nullable) rows that changed. */
gboolean mado_sql_run (MadoStore *store, GError **error, const char *sql, const char *types, ...);

/* Next row: TRUE; the end: FALSE without error. */
gboolean mado_sql_step (MadoStore *store, MadoStatement *statement, GError **error);

/* One number out of a query; 0 when there is no row or it is null. */
gboolean mado_sql_number (MadoStore *store, gint64 *out, GError **error, const char *sql, const char *types, ...);

/* Rows the last statement changed. */
int mado_sql_changes (MadoStore *store);

/* The error of a sealed value that does not open; SQLite uses the number for nothing else. Verbs get PERM. */
#define MADO_SQL_SEALED SQLITE_FORMAT

/* Columns. (transfer full, nullable) */
char *mado_sql_text (MadoStatement *statement, int column);
GBytes *mado_sql_bytes (MadoStatement *statement, int column);

/* ... of a column that peek () made. @is_damaged: set, and never cleared, when the value did not open. */
char *mado_sql_peeked (MadoStatement *statement, int column, gboolean *is_damaged);

/* As a table of a query: the id that the next row of @table (AUTOINCREMENT) gets, to seal what that row is to say. */
#define MADO_SQL_NEXT(table)                                                                     \
  "(SELECT 1 + max (coalesce ((SELECT seq FROM sqlite_sequence WHERE name = '" table "'), 0)," \
  " coalesce ((SELECT max (id) FROM " table "), 0)) AS id)"

/* Sets @error from the database's last error. Returns FALSE. */
gboolean mado_sql_fail (MadoStore *store, const char *what, GError **error);
