/* What SQL says to the vault: values come back where they were sealed, as what they were, and nowhere else. */
#include "desk-vault.h"

#include "madoguchi/desk/store-sql.h"
#include "madoguchi/desk/store-vault.h"

static void
finalize (gpointer statement)
{
  sqlite3_finalize (statement);
}

static MadoStore *
open_store (void)
{
  g_autoptr (GError) error = NULL;
  MadoStore *store = g_new0 (MadoStore, 1);

  store->statements = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, finalize);
  store->lock = -1;
  g_assert_cmpint (sqlite3_open (":memory:", &store->db), ==, SQLITE_OK);
  g_assert_true (mado_store_teach_vault (store, test_vault (), &error));
  g_assert_no_error (error);
  return store;
}

static gint64
ask (MadoStore *store, const char *sql)
{
  g_autoptr (GError) error = NULL;
  gint64 number = -1;

  return mado_sql_number (store, &number, &error, sql, "") ? number : -1;
}

static void
test_functions (void)
{
  g_autoptr (MadoStore) store = open_store ();

  g_assert_cmpint (ask (store, "SELECT unseal ('a.b', 7, seal ('a.b', '7', '秘密')) = '秘密'"), ==, 1);
  g_assert_cmpint (ask (store, "SELECT typeof (unseal ('a.b', 7, seal ('a.b', 7, 'x'))) = 'text'"), ==, 1);
  g_assert_cmpint (ask (store, "SELECT unseal ('a.b', 7, seal ('a.b', 7, x'0001ff')) = x'0001ff'"), ==, 1);
  g_assert_cmpint (ask (store, "SELECT unseal ('a.b', 7, seal ('a.b', 7, '')) = ''"), ==, 1);
  g_assert_cmpint (ask (store, "SELECT seal ('a.b', 7, NULL) IS NULL AND unseal ('a.b', 7, NULL) IS NULL AND keyed ('a', NULL) IS NULL"), ==, 1);
  g_assert_cmpint (ask (store, "SELECT typeof (seal ('a.b', 7, 'x')) = 'blob' AND seal ('a.b', 7, 'x') <> seal ('a.b', 7, 'x')"), ==, 1);
  g_assert_cmpint (ask (store, "SELECT keyed ('a', 'x') = keyed ('a', 'x') AND keyed ('a', 'x') <> keyed ('b', 'x')"), ==, 1);
  g_assert_cmpint (ask (store, "SELECT length (keyed ('a', 'x'))"), ==, MADO_VAULT_HASH_SIZE);
}

static void
test_refused (void)
{
  g_autoptr (MadoStore) store = open_store ();

  g_assert_cmpint (ask (store, "SELECT length (unseal ('a.b', 8, seal ('a.b', 7, 'x')))"), ==, -1);
  g_assert_cmpint (ask (store, "SELECT length (unseal ('a.c', 7, seal ('a.b', 7, 'x')))"), ==, -1);
  g_assert_cmpint (ask (store, "SELECT length (unseal ('a.b', 7, 'x'))"), ==, -1);
  g_assert_cmpint (ask (store, "SELECT length (unseal ('a.b', 7, x'0101'))"), ==, -1);
  g_assert_cmpint (ask (store, "SELECT length (seal ('a.b', NULL, 'x'))"), ==, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/store-vault/functions", test_functions);
  g_test_add_func ("/store-vault/refused", test_refused);
  return g_test_run ();
}
