/* store-renew.c: see store-renew.h. Must never change what a value says, nor run the store's triggers: nobody changed a ticket. */
#include "madoguchi/desk/store-renew.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

#define MAX_KEY 3 /* columns of a primary key */

/* Rows of one table stand together. @row: what names the row for the vault (the third argument of seal ()). */
static const struct {
  const char *table, *key, *column, *row;
} sealed[] = {
  { "vault_check", "id", "sealed", "id" },
  { "incident", "id", "subject", "number" },
  { "incident", "id", "reporter", "number" },
  { "incident", "id", "external_ids", "number" },
  { "incident", "id", "tags", "number" },
  { "incident", "id", "constituencies", "number" },
  { "incident", "id", "token", "number" },
  { "incident", "id", "restricted_why", "number" },
  { "incident", "id", "hold_why", "number" },
  { "message", "id", "envelope", "queue_id" },
  { "message", "id", "report", "queue_id" },
  { "message", "id", "key_warning", "queue_id" },
  { "message", "id", "sha256", "queue_id" },
  { "message", "id", "message_id", "queue_id" },
  { "message", "id", "content_sha256", "queue_id" },
  { "message", "id", "sender", "queue_id" },
  { "message", "id", "signer", "queue_id" },
  { "message", "id", "subject", "queue_id" },
  { "message", "id", "reason", "queue_id" },
  { "outbox", "id", "message_id", "id" },
  { "outbox", "id", "recipient", "id" },
  { "outbox", "id", "reply", "id" },
  { "outbox", "id", "sealed", "id" },
  { "outbox", "id", "last_error", "id" },
  { "draft", "id", "content", "id" },
  { "reply_file", "id", "content", "id" },
  { "entry", "id", "text", "id" },
  { "decision", "id", "value", "id" },
  { "decision", "id", "rule", "id" },
  { "decision", "id", "because", "id" },
  { "indicator", "type, value_key, message", "value", "message || '.' || type || '.' || hex (value_key)" },
  { "known_key", "address_key, protocol", "address", "hex (address_key) || '.' || protocol" },
  { "known_key", "address_key, protocol", "fingerprint", "hex (address_key) || '.' || protocol" },
  { "feed", "message, record", "organization", "message || '.' || record" },
  { "feed", "message, record", "domain", "message || '.' || record" },
  { "feed", "message, record", "report_id", "message || '.' || record" },
  { "member", "login", "name", "login" },
  { "member", "login", "fingerprint", "login" },
  { "member", "login", "languages", "login" },
  { "audit", "id", "details", "id" },
  { "access_token", "id", "name", "id" },
  { "saved_view", "id", "name", "id" },
  { "saved_view", "id", "query", "id" },
  { "credential", "login", "password", "login" },
  { "credential", "login", "totp", "login" },
  { "credential", "login", "new_password", "login" },
  { "credential", "login", "new_totp", "login" },
};

gboolean
mado_store_sealed_column (gsize index, const char **table, const char **column)
{
  if (index >= G_N_ELEMENTS (sealed))
    return FALSE;
  *table = sealed[index].table;
  *column = sealed[index].column;
  return TRUE;
}

/* "k1, k2" for a key of two columns; with @suffix behind each. */
static char *
key_columns (const char *key, const char *suffix)
{
  g_autoptr (GString) out = g_string_new (NULL);
  guint n = 1;

  for (const char *p = key; *p != '\0'; p++)
    n += *p == ',';
  for (guint i = 1; i <= MIN (n, MAX_KEY); i++)
    g_string_append_printf (out, "%sk%u%s", i > 1 ? ", " : "", i, suffix);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

static gboolean
run_sql (MadoStore *store, char *sql, const char *types, gint64 value, GError **error)
{
  g_autofree char *owned = sql;

  return *types == '\0' ? mado_sql_run (store, error, owned, "") : mado_sql_run (store, error, owned, types, value);
}

/* Gathers the keys of the next rows of the table at @run. */
static gboolean
gather (MadoStore *store, const MadoRenewRun *run, gint64 limit, gint64 *n, GError **error)
{
  const char *table = sealed[run->table].table, *key = sealed[run->table].key;
  g_autofree char *columns = key_columns (key, ""), *after = NULL;

  if (run->is_begun)
    after = g_strdup_printf ("WHERE (%s) > (SELECT %s FROM temp.renew_at)", key, columns);
  return mado_sql_run (store, error, "DELETE FROM temp.renew_batch", "")
         && run_sql (store,
                     g_strdup_printf ("INSERT INTO temp.renew_batch (%s) SELECT %s FROM %s %s ORDER BY %s LIMIT ?", columns, key, table,
                                      after != NULL ? after : "", key),
                     "i", limit, error)
         && mado_sql_number (store, n, error, "SELECT count (*) FROM temp.renew_batch", "");
}

static gboolean
seal_batch (MadoStore *store, const MadoRenewRun *run, gint64 data_key, GError **error)
{
  const char *table = sealed[run->table].table, *key = sealed[run->table].key;
  g_autofree char *columns = key_columns (key, ""), *down = key_columns (key, " DESC");

  for (gsize i = run->table; i < G_N_ELEMENTS (sealed) && strcmp (sealed[i].table, table) == 0; i++)
    if (!run_sql (store,
                  g_strdup_printf ("UPDATE %s SET %s = reseal ('%s.%s', %s, %s) WHERE (%s) IN (SELECT %s FROM temp.renew_batch)"
                                   " AND sealed_by (%s) <> ?",
                                   table, sealed[i].column, table, sealed[i].column, sealed[i].row, sealed[i].column, key, columns,
                                   sealed[i].column),
                  "i", data_key, error))
      return FALSE;
  return mado_sql_run (store, error, "DELETE FROM temp.renew_at", "")
         && run_sql (store,
                     g_strdup_printf ("INSERT INTO temp.renew_at (%s) SELECT %s FROM temp.renew_batch ORDER BY %s LIMIT 1", columns,
                                      columns, down),
                     "", 0, error);
}

static gboolean
renew (MadoStore *store, MadoRenewRun *run, gint64 data_key, gint64 limit, GError **error)
{
  gint64 n = 0;

  if (!mado_sql_run (store, error, "CREATE TEMP TABLE IF NOT EXISTS renew_batch (k1, k2, k3)", "")
      || !mado_sql_run (store, error, "CREATE TEMP TABLE IF NOT EXISTS renew_at (k1, k2, k3)", "")
      || !gather (store, run, limit, &n, error) || (n > 0 && !seal_batch (store, run, data_key, error)))
    return FALSE;
  run->is_begun = TRUE;
  if (n == limit)
    return TRUE;
  const char *table = sealed[run->table].table;
  while (run->table < G_N_ELEMENTS (sealed) && strcmp (sealed[run->table].table, table) == 0)
    run->table++;
  run->is_begun = FALSE;
  run->is_done = run->table == G_N_ELEMENTS (sealed);
  return TRUE;
}

gboolean
mado_store_renew_some (MadoStore *store, MadoRenewRun *run, gint64 data_key, gint64 limit, GError **error)
{
  MadoRenewRun next = *run;
  gboolean ok;

  if (run->is_done)
    return TRUE;
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
  ok = mado_store_begin (store, error);
  if (ok && !(renew (store, &next, data_key, limit, error) && mado_store_commit (store, error))) {
    mado_store_rollback (store);
    ok = FALSE;
  }
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, NULL);
  if (ok)
    *run = next;
  return ok;
}

gboolean
mado_store_count_stale (MadoStore *store, gint64 data_key, gint64 *count, GError **error)
{
  *count = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (sealed); i++) {
    g_autofree char *sql = g_strdup_printf ("SELECT count (*) FROM %s WHERE sealed_by (%s) <> ?", sealed[i].table, sealed[i].column);
    gint64 n = 0;
    if (!mado_sql_number (store, &n, error, sql, "i", data_key))
      return FALSE;
    *count += n;
  }
  return TRUE;
}

gboolean
mado_store_renewed_with (MadoStore *store, const char *kind, gint64 *data_key, GError **error)
{
  *data_key = 0;
  return mado_sql_number (store, data_key, error, "SELECT data_key FROM renewed WHERE kind = ?", "s", kind);
}

gboolean
mado_store_set_renewed (MadoStore *store, const char *kind, gint64 data_key, GError **error)
{
  return mado_sql_run (store, error, "INSERT OR REPLACE INTO renewed (kind, data_key) VALUES (?, ?)", "si", kind, data_key);
}
