/* store-key.c: see store-key.h. */
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-sql.h"

GPtrArray *
mado_store_list_known_keys (MadoStore *store, const char *address, gint64 limit, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_known_key_free);
  g_autofree char *folded = mado_store_fold (address);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT address, protocol, fingerprint, vouched_by, first_seen, last_seen FROM known_key"
                        " WHERE ?1 IS NULL OR address = ?1 ORDER BY address, protocol LIMIT ?2",
                        "si", folded, limit);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoKnownKey *key = mado_known_key_new ();
    key->address = mado_sql_text (row, 0);
    key->protocol = mado_sql_text (row, 1);
    key->fingerprint = mado_sql_text (row, 2);
    key->vouched_by = mado_sql_text (row, 3);
    key->first_seen = sqlite3_column_int64 (row, 4);
    key->last_seen = sqlite3_column_int64 (row, 5);
    g_ptr_array_add (list, key);
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
                       "INSERT INTO known_key (address, protocol, fingerprint, vouched_by, first_seen, last_seen)"
                       " VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT (address, protocol) DO UPDATE SET"
                       " first_seen = CASE WHEN fingerprint = ?3 THEN first_seen ELSE ?5 END,"
                       " fingerprint = ?3, vouched_by = ?4, last_seen = ?5",
                       "ssssi", folded, key->protocol, key->fingerprint, key->vouched_by, now);
}

gboolean
mado_store_forget_keys (MadoStore *store, const char *address, int *count, GError **error)
{
  g_autofree char *folded = mado_store_fold (address);

  if (!mado_sql_run (store, error, "DELETE FROM known_key WHERE address = ?", "s", folded))
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
