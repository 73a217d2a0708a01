/* store.c: opening and committing. See store.h. */
#include "madoguchi/desk/store.h"
#include "madoguchi/desk/store-index.h"
#include "madoguchi/desk/store-schema.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/desk/store-vault.h"
#include "madoguchi/base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 5000
#define BEFORE_VAULT 10 /* the last schema that sealed nothing */
#define DEFAULT_WORDS 500000 /* see [store] search-words */

static gboolean
execute (MadoStore *store, const char *sql, GError **error)
{
  return sqlite3_exec (store->db, sql, NULL, NULL, NULL) == SQLITE_OK || mado_sql_fail (store, "execute", error);
}

/* Two keepers on one store would number and answer everything twice. */
static gboolean
take_lock (MadoStore *store, const char *path, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s.lock", path);

  store->lock = open (name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (store->lock < 0)
    return mado_error_set_errno (error, name);
  if (flock (store->lock, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s: another keeper runs on this store", path);
  return FALSE;
}

static gboolean
open_database (MadoStore *store, const char *path, MadoVault *vault, GError **error)
{
  g_autofree char *directory = g_path_get_dirname (path);
  int fd;

  if (g_mkdir_with_parents (directory, 0700) != 0)
    return mado_error_set_errno (error, directory);
  fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600); /* ours alone, whatever the umask is */
  if (fd < 0)
    return mado_error_set_errno (error, path);
  close (fd);
  if (!take_lock (store, path, error))
    return FALSE;
  if (sqlite3_open_v2 (path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    return mado_sql_fail (store, "open", error);
  sqlite3_busy_timeout (store->db, BUSY_MS);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_db_config (store->db, SQLITE_DBCONFIG_LOOKASIDE, NULL, 0, 0); /* memory of its own, which is not wiped (base/wiping.h) */
  return execute (store,
                  "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                  "PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;"
                  "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -131072;" /* KiB: the inner pages of a large store stay in memory */,
                  error)
         && mado_store_teach_vault (store, vault, error) && mado_store_check_vault (store, error)
         && mado_schema_migrate (store, mado_schema_current (), error) && mado_store_open_words (store, error);
}

static void
finalize (gpointer statement)
{
  sqlite3_finalize (statement);
}

MadoStore *
mado_store_open (const char *url, const char *prefix, MadoVault *vault, GError **error)
{
  g_autoptr (MadoStore) store = g_new0 (MadoStore, 1);

  store->lock = -1;
  store->prefix = g_strdup (prefix);
  mado_vault_derive (vault, "audit", store->audit_key);
  store->max_words = DEFAULT_WORDS;
  store->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize);
  if (!g_str_has_prefix (url, "sqlite:") || url[strlen ("sqlite:")] == '\0') {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "[store] url: %s: only sqlite:PATH is known", url);
    return NULL;
  }
  if (!open_database (store, url + strlen ("sqlite:"), vault, error))
    return NULL;
  return g_steal_pointer (&store);
}

gboolean
mado_store_is_sealed (const char *url, gboolean *is_sealed, GError **error)
{
  g_autoptr (MadoStore) store = g_new0 (MadoStore, 1);
  const char *path = g_str_has_prefix (url, "sqlite:") ? url + strlen ("sqlite:") : url;
  int version;

  *is_sealed = FALSE;
  store->lock = -1;
  store->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize);
  if (access (path, F_OK) != 0)
    return errno == ENOENT || mado_error_set_errno (error, path);
  if (sqlite3_open_v2 (path, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
    return mado_sql_fail (store, "open", error);
  sqlite3_busy_timeout (store->db, BUSY_MS);
  version = mado_store_schema (store);
  *is_sealed = version > BEFORE_VAULT;
  return version >= 0 || mado_sql_fail (store, "read the schema", error);
}

void
mado_store_close (MadoStore *store)
{
  if (store == NULL)
    return;
  if (store->in_transaction)
    mado_store_rollback (store);
  g_hash_table_destroy (store->statements);
  sqlite3_close (store->db);
  if (store->lock >= 0)
    close (store->lock);
  mado_vault_clear (store->audit_key, sizeof store->audit_key);
  g_free (store->prefix);
  g_free (store);
}

/* Within a transaction; must not use the database. */
static void
on_row (void *data, int operation G_GNUC_UNUSED, const char *database G_GNUC_UNUSED, const char *table, sqlite3_int64 row G_GNUC_UNUSED)
{
  static const char *const shown[] = { "incident", "entry", "message", "outbox", NULL };
  MadoStore *store = data;

  store->is_touched = store->is_touched || g_strv_contains (shown, table);
}

void
mado_store_set_listener (MadoStore *store, void (*changed) (gpointer data), gpointer data)
{
  store->changed = changed;
  store->changed_data = data;
  sqlite3_update_hook (store->db, changed != NULL ? on_row : NULL, store);
}

gboolean
mado_store_begin (MadoStore *store, GError **error)
{
  g_return_val_if_fail (!store->in_transaction, FALSE);
  store->in_transaction = mado_sql_run (store, error, "BEGIN IMMEDIATE", "");
  return store->in_transaction;
}

gboolean
mado_store_commit (MadoStore *store, GError **error)
{
  g_return_val_if_fail (store->in_transaction, FALSE);
  if (!mado_store_index_new (store, error) || !mado_sql_run (store, error, "COMMIT", ""))
    return FALSE;
  store->in_transaction = FALSE;
  if (store->is_touched && store->changed != NULL)
    store->changed (store->changed_data);
  store->is_touched = FALSE;
  return TRUE;
}

void
mado_store_rollback (MadoStore *store)
{
  if (!store->in_transaction)
    return;
  /* SQLite may have rolled back by itself (disk full): then there is nothing to do, and no error to tell. */
  if (!sqlite3_get_autocommit (store->db))
    mado_sql_run (store, NULL, "ROLLBACK", "");
  store->in_transaction = FALSE;
}

gboolean
mado_store_check (MadoStore *store, GError **error)
{
  g_autoptr (MadoStatement) statement = mado_sql_query (store, error, "PRAGMA quick_check (1)", "");

  if (statement == NULL || !mado_sql_step (store, statement, error))
    return FALSE;
  g_autofree char *finding = mado_sql_text (statement, 0);
  if (g_strcmp0 (finding, "ok") == 0)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "store: %s", finding);
  return FALSE;
}
