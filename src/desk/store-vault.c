/* store-vault.c: see store-vault.h. Called when a store is opened; must never keep what it opened. */
#include "madoguchi/desk/store-vault.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/store-index.h"

#include <string.h>

/* What a sealed value begins with: it comes back as what it was. */
#define TEXT 't'
#define BLOB 'b'

/* Not SQLITE_CORRUPT: that means the file, and SQLite writes nothing more after it. */
static void
fail (sqlite3_context *context, const char *message)
{
  sqlite3_result_error (context, message, -1);
  sqlite3_result_error_code (context, MADO_SQL_SEALED);
}

static void
seal (sqlite3_context *context, int n, sqlite3_value **values)
{
  const MadoVault *vault = sqlite3_user_data (context);
  const char *place = (const char *) sqlite3_value_text (values[0]);
  const char *row = (const char *) sqlite3_value_text (values[1]);
  gboolean is_blob = sqlite3_value_type (values[2]) == SQLITE_BLOB;

  (void) n;
  if (sqlite3_value_type (values[2]) == SQLITE_NULL)
    return;
  if (place == NULL || row == NULL) {
    sqlite3_result_error (context, "seal () needs a place and a row", -1);
    return;
  }
  const void *data = is_blob ? sqlite3_value_blob (values[2]) : sqlite3_value_text (values[2]);
  gsize length = (gsize) sqlite3_value_bytes (values[2]);
  g_autofree char *plain = g_malloc (length + 1);
  plain[0] = is_blob ? BLOB : TEXT;
  if (length > 0)
    memcpy (plain + 1, data, length);
  g_autoptr (GBytes) sealed = mado_vault_seal (vault, place, row, plain, length + 1);
  sqlite3_result_blob64 (context, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), SQLITE_TRANSIENT);
}

/* Sets what was sealed as the result. */
static gboolean
open_value (sqlite3_context *context, sqlite3_value **values, GError **error)
{
  const MadoVault *vault = sqlite3_user_data (context);
  const char *place = (const char *) sqlite3_value_text (values[0]);
  const char *row = (const char *) sqlite3_value_text (values[1]);
  gsize length;

  if (sqlite3_value_type (values[2]) == SQLITE_NULL)
    return TRUE;
  if (place == NULL || row == NULL || sqlite3_value_type (values[2]) != SQLITE_BLOB) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "no place, no row or no sealed value");
    return FALSE;
  }
  g_autoptr (GBytes) plain
      = mado_vault_open (vault, place, row, sqlite3_value_blob (values[2]), (gsize) sqlite3_value_bytes (values[2]), error);
  if (plain == NULL)
    return FALSE;
  const char *data = g_bytes_get_data (plain, &length);
  if (length > 0 && data[0] == TEXT) {
    sqlite3_result_text64 (context, data + 1, length - 1, SQLITE_TRANSIENT, SQLITE_UTF8);
  } else if (length > 0 && data[0] == BLOB) {
    sqlite3_result_blob64 (context, data + 1, length - 1, SQLITE_TRANSIENT);
  } else {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s: a sealed value of no known type", place);
    return FALSE;
  }
  return TRUE;
}

static void
unseal (sqlite3_context *context, int n, sqlite3_value **values)
{
  g_autoptr (GError) error = NULL;

  (void) n;
  if (!open_value (context, values, &error))
    fail (context, error->message);
}

static void
peek (sqlite3_context *context, int n, sqlite3_value **values)
{
  (void) n;
  if (!open_value (context, values, NULL))
    sqlite3_result_int (context, 0);
}

static void
reseal (sqlite3_context *context, int n, sqlite3_value **values)
{
  const MadoVault *vault = sqlite3_user_data (context);
  const char *place = (const char *) sqlite3_value_text (values[0]);
  const char *row = (const char *) sqlite3_value_text (values[1]);
  const void *blob = sqlite3_value_blob (values[2]);
  g_autoptr (GBytes) plain = NULL, sealed = NULL;

  (void) n;
  if (place != NULL && row != NULL && blob != NULL)
    plain = mado_vault_open (vault, place, row, blob, (gsize) sqlite3_value_bytes (values[2]), NULL);
  if (plain == NULL) {
    sqlite3_result_value (context, values[2]);
    return;
  }
  sealed = mado_vault_seal (vault, place, row, g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
  sqlite3_result_blob64 (context, g_bytes_get_data (sealed, NULL), g_bytes_get_size (sealed), SQLITE_TRANSIENT);
}

static void
sealed_by (sqlite3_context *context, int n, sqlite3_value **values)
{
  const void *blob = sqlite3_value_blob (values[0]);

  (void) n;
  if (sqlite3_value_type (values[0]) != SQLITE_NULL)
    sqlite3_result_int (context, blob != NULL ? mado_vault_key_of (blob, (gsize) sqlite3_value_bytes (values[0])) : 0);
}

static void
hash (sqlite3_context *context, int n, sqlite3_value **values)
{
  const MadoVault *vault = sqlite3_user_data (context);
  const char *purpose = (const char *) sqlite3_value_text (values[0]);
  const void *data = sqlite3_value_blob (values[1]);
  guint8 out[MADO_VAULT_HASH_SIZE];

  (void) n;
  if (sqlite3_value_type (values[1]) == SQLITE_NULL)
    return;
  if (purpose == NULL) {
    sqlite3_result_error (context, "keyed () needs a purpose", -1);
    return;
  }
  mado_vault_hash (vault, purpose, data, (gsize) sqlite3_value_bytes (values[1]), out);
  sqlite3_result_blob (context, out, sizeof out, SQLITE_TRANSIENT);
}

gboolean
mado_store_teach_vault (MadoStore *store, MadoVault *vault, GError **error)
{
  static const struct {
    const char *name;
    int arguments, flags;
    void (*function) (sqlite3_context *, int, sqlite3_value **);
  } table[] = {
    { "seal", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY, seal },
    { "unseal", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY | SQLITE_DETERMINISTIC, unseal },
    { "peek", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY | SQLITE_DETERMINISTIC, peek },
    { "reseal", 3, SQLITE_UTF8 | SQLITE_DIRECTONLY, reseal },
    { "sealed_by", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY | SQLITE_DETERMINISTIC, sealed_by },
    { "keyed", 2, SQLITE_UTF8 | SQLITE_DIRECTONLY | SQLITE_DETERMINISTIC, hash },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (sqlite3_create_function_v2 (store->db, table[i].name, table[i].arguments, table[i].flags, vault, table[i].function,
                                    NULL, NULL, NULL)
        != SQLITE_OK)
      return mado_sql_fail (store, "vault", error);
  return mado_store_teach_words (store, vault, error);
}

gboolean
mado_store_check_vault (MadoStore *store, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gint64 n = 0;

  if (!mado_sql_number (store, &n, error, "SELECT count (*) FROM sqlite_schema WHERE name = 'vault_check'", ""))
    return FALSE;
  if (n == 0 || mado_sql_number (store, &n, &problem, "SELECT length (unseal ('vault_check.sealed', id, sealed)) FROM vault_check", ""))
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "store: sealed by other keys than these: the file of keys belongs to another store (%s)",
               problem->message);
  return FALSE;
}
