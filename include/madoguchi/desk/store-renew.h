/* store-renew.h: everything that is sealed in the store, in one table, and how it is sealed anew, some rows at a time, after
 * the data key was changed. Whoever adds a sealed column adds a row here (a test compares the table with the schema). */
#pragma once

#include "madoguchi/desk/store.h"

/* Where a run through the store is. To begin with: { 0 }. */
typedef struct {
  guint table;
  gboolean is_begun; /* in that table */
  gboolean is_done;  /* all tables were gone through */
} MadoRenewRun;

/* Column number @index of the table: "message", "subject". FALSE: there are no more. */
gboolean mado_store_sealed_column (gsize index, const char **table, const char **column);

/* Seals the values of the next @limit rows anew that another data key than @data_key sealed, in a transaction of its own. What
 * does not open stays as it is. Errors: TEMP. */
gboolean mado_store_renew_some (MadoStore *store, MadoRenewRun *run, gint64 data_key, gint64 limit, GError **error);

/* How many values another data key than @data_key sealed. Reads all rows. Errors: TEMP. */
gboolean mado_store_count_stale (MadoStore *store, gint64 data_key, gint64 *count, GError **error);

/* The data key with which everything of @kind ("values", "files") is sealed for certain; 0: none. Errors: TEMP. */
gboolean mado_store_renewed_with (MadoStore *store, const char *kind, gint64 *data_key, GError **error);
gboolean mado_store_set_renewed (MadoStore *store, const char *kind, gint64 data_key, GError **error);
