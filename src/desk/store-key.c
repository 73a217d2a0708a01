/* store-key.c: see store-key.h. */
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-sql.h"

/* @unseal: "unseal", or "peek" for a list. */
#define KEY_SELECT(unseal)                                                                                     \
  "SELECT " unseal " ('known_key.address', hex (address_key) || '.' || protocol, address), protocol, "         \
  unseal " ('known_key.fingerprint', hex (address_key) || '.' || protocol, fingerprint), vouched_by,"          \
  " first_seen, last_seen FROM known_key "

GPtrArray *
mado_store_list_known_keys (MadoStore *store, const char *address, gint64 limit, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_known_key_free);
  g_autofree char *folded = mado_store_fold (address);
  gboolean is_damaged = FALSE;
  g_autoptr (MadoStatement) row
      = address != NULL
            ? mado_sql_query (store, error,
                              KEY_SELECT ("unseal") "WHERE address_key = keyed ('address', ?) ORDER BY protocol LIMIT ?", "si", folded,
                              limit)
            : mado_sql_query (store, error, KEY_SELECT ("peek") "ORDER BY 1, protocol LIMIT ?", "i", limit);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoKnownKey *key = mado_known_key_new ();
    key->address = mado_sql_peeked (row, 0, &is_damaged);
    key->protocol = mado_sql_text (row, 1);
    key->fingerprint = mado_sql_peeked (row, 2, &is_damaged);
    key->vouched_by = mado_sql_text (row, 3);
    key->first_seen = sqlite3_column_int64 (row, 4);
    key->last_seen = sqlite3_column_int64 (row, 5);
    if (key->address != NULL && key->fingerprint != NULL)
      g_ptr_array_add (list, key);
    else
      mado_known_key_free (key);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_remember_key (MadoStore *store, const char *address, const MadoKnownKey *key, gint64 now, GError **error)
{
  g_autofree char *folded = mado_store_fold (address);

  return mado_sql_run (store, error,
                       "INSERT INTO known_key (address_key, protocol, address, fingerprint, fingerprint_key, vouched_by, first_seen, last_seen)"
                       " SELECT k, ?2, seal ('known_key.address', hex (k) || '.' || ?2, ?1),"
                       " seal ('known_key.fingerprint', hex (k) || '.' || ?2, ?3), keyed ('fingerprint', ?3), ?4, ?5, ?5"
                       " FROM (SELECT keyed ('address', ?1) AS k) WHERE true ON CONFLICT (address_key, protocol) DO UPDATE SET"
                       " first_seen = CASE WHEN fingerprint_key = excluded.fingerprint_key THEN first_seen ELSE ?5 END,"
                       " fingerprint = excluded.fingerprint, fingerprint_key = excluded.fingerprint_key, vouched_by = ?4, last_seen = ?5",
                       "ssssi", folded, key->protocol, key->fingerprint, key->vouched_by, now);
}

gboolean
mado_store_forget_keys (MadoStore *store, const char *address, int *count, GError **error)
{
  g_autofree char *folded = mado_store_fold (address);

  if (!mado_sql_run (store, error, "DELETE FROM known_key WHERE address_key = keyed ('address', ?)", "s", folded))
    return FALSE;
  *count = mado_sql_changes (store);
  return TRUE;
}

gboolean
mado_store_set_key_warning (MadoStore *store, const char *queue_id, const MadoKeyWarning *warning, gboolean *is_new,
                            GError **error)
{
  g_autoptr (GBytes) bytes = warning != NULL ? mado_record_to_bytes (&mado_key_warning_type, warning) : NULL;
  gint64 same = 0;

  if (!mado_sql_number (store, &same, error, "SELECT count (*) FROM message WHERE queue_id = ? AND unseal ('message.key_warning', queue_id, key_warning) IS ?", "sb",
                        queue_id, bytes))
    return FALSE;
  *is_new = warning != NULL && same == 0;
  return mado_sql_run (store, error, "UPDATE message SET key_warning = seal ('message.key_warning', queue_id, ?), key_checked = 1 WHERE queue_id = ?", "bs", bytes,
                       queue_id);
}

gboolean
mado_store_is_key_checked (MadoStore *store, const char *queue_id, gboolean *is_checked, GError **error)
{
  gint64 n = 0;

  if (!mado_sql_number (store, &n, error,
                        "SELECT count (*) FROM message WHERE queue_id = ? AND key_checked = 1 AND key_warning IS NULL", "s",
                        queue_id))
    return FALSE;
  *is_checked = n > 0;
  return TRUE;
}
