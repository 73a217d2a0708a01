/* store-look-up.c: see store-look-up.h. */
#include "madoguchi/desk/store-look-up.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-sql.h"

void
mado_look_up_clear (MadoLookUp *look_up)
{
  g_clear_pointer (&look_up->outcome, g_free);
  look_up->made = 0;
}

gboolean
mado_store_load_look_up (MadoStore *store, const char *address, gint64 now, MadoLookUp *look_up, GError **error)
{
  g_autofree char *folded = mado_store_fold (address);
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT outcome, made, until FROM look_up WHERE address_key = keyed ('address', ?)", "s", folded);

  if (row == NULL)
    return FALSE;
  *look_up = (MadoLookUp) { 0 };
  if (mado_sql_step (store, row, &problem)) {
    look_up->made = sqlite3_column_int64 (row, 1);
    /* made in the future: while the clock was wrong */
    if (look_up->made <= now && sqlite3_column_int64 (row, 2) > now)
      look_up->outcome = mado_sql_text (row, 0);
  }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
mado_store_save_look_up (MadoStore *store, const char *address, const char *outcome, gint64 now, gint64 seconds, GError **error)
{
  g_autofree char *folded = mado_store_fold (address);

  return mado_sql_run (store, error, "INSERT OR REPLACE INTO look_up (address_key, outcome, made, until) VALUES (keyed ('address', ?), ?, ?, ?)",
                       "ssii", folded, outcome, now, now + seconds);
}

gboolean
mado_store_purge_look_ups (MadoStore *store, gint64 before, GError **error)
{
  return mado_sql_run (store, error, "DELETE FROM look_up WHERE until <= ?", "i", before);
}
