/* store-chain.c: see store-chain.h. The bytes that are hashed are fixed: numbers as 8 bytes, texts and bytes with their length
 * before them, so that no two rows give the same bytes. */
#include "madoguchi/desk/store-chain.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

static void
put_number (GByteArray *bytes, gint64 number)
{
  guint64 ordered = GUINT64_TO_BE ((guint64) number);

  g_byte_array_append (bytes, (const guint8 *) &ordered, sizeof ordered);
}

static void
put_bytes (GByteArray *bytes, const void *data, gsize length)
{
  put_number (bytes, data != NULL ? (gint64) length : -1);
  if (data != NULL)
    g_byte_array_append (bytes, data, (guint) length);
}

static void
put_text (GByteArray *bytes, const char *text)
{
  put_bytes (bytes, text, text != NULL ? strlen (text) : 0);
}

void
mado_chain_mac (const MadoStore *store, const guint8 before[MADO_VAULT_KEY_SIZE], const MadoChainRow *row,
                guint8 mac[MADO_VAULT_KEY_SIZE])
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (256);

  put_text (bytes, "row");
  put_bytes (bytes, before, MADO_VAULT_KEY_SIZE);
  put_number (bytes, row->sequence);
  put_number (bytes, row->date);
  put_text (bytes, row->login);
  put_number (bytes, row->uid);
  put_text (bytes, row->word);
  put_number (bytes, row->incident);
  put_number (bytes, row->version);
  put_text (bytes, row->outcome);
  put_number (bytes, row->times);
  put_bytes (bytes, row->digest, MADO_VAULT_KEY_SIZE);
  mado_vault_mac (store->audit_key, bytes->data, bytes->len, mac);
}

void
mado_chain_digest (const MadoStore *store, gint64 sequence, const char *details, guint8 digest[MADO_VAULT_KEY_SIZE])
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (256);

  put_text (bytes, "details");
  put_number (bytes, sequence);
  put_text (bytes, details);
  mado_vault_mac (store->audit_key, bytes->data, bytes->len, digest);
}

gboolean
mado_chain_end (MadoStore *store, gint64 *last, guint8 mac[MADO_VAULT_KEY_SIZE], GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, "SELECT id, mac FROM audit ORDER BY id DESC LIMIT 1", "");

  if (row == NULL)
    return FALSE;
  *last = 0;
  memset (mac, 0, MADO_VAULT_KEY_SIZE);
  if (mado_sql_step (store, row, &problem)) {
    *last = sqlite3_column_int64 (row, 0);
    if (sqlite3_column_bytes (row, 1) == MADO_VAULT_KEY_SIZE)
      memcpy (mac, sqlite3_column_blob (row, 1), MADO_VAULT_KEY_SIZE);
  }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static GBytes *
make_tip (const MadoStore *store, gint64 last, const guint8 mac[MADO_VAULT_KEY_SIZE])
{
  g_autoptr (GByteArray) bytes = g_byte_array_sized_new (64);
  guint8 tip[MADO_VAULT_KEY_SIZE];

  put_text (bytes, "tip");
  put_number (bytes, last);
  put_bytes (bytes, mac, MADO_VAULT_KEY_SIZE);
  mado_vault_mac (store->audit_key, bytes->data, bytes->len, tip);
  return g_bytes_new (tip, sizeof tip);
}

gboolean
mado_chain_set_tip (MadoStore *store, gint64 last, const guint8 mac[MADO_VAULT_KEY_SIZE], GError **error)
{
  g_autoptr (GBytes) tip = make_tip (store, last, mac);

  return mado_sql_run (store, error, "INSERT OR REPLACE INTO audit_tip (one, last, mac) VALUES (1, ?, ?)", "ib", last, tip);
}

gboolean
mado_chain_check_tip (MadoStore *store, gint64 last, const guint8 mac[MADO_VAULT_KEY_SIZE], gboolean *is_it, GError **error)
{
  g_autoptr (GBytes) tip = make_tip (store, last, mac);
  gint64 rows, same;

  if (!mado_sql_number (store, &rows, error, "SELECT count (*) FROM audit_tip", "")
      || !mado_sql_number (store, &same, error, "SELECT count (*) FROM audit_tip WHERE last = ? AND mac = ?", "ib", last, tip))
    return FALSE;
  *is_it = last == 0 ? rows == 0 : same == 1;
  return TRUE;
}
