/* store-queue.c: see store-queue.h. In the table `seen` a row of incident 0 says where a member began; another one, with entry
 * -1, that a ticket was marked unread. Must never change a ticket or its version. */
#include "madoguchi/desk/store-queue.h"
#include "madoguchi/desk/store-sql.h"

gboolean
mado_store_fill_unread (MadoStore *store, MadoIncident *incident, const char *login, GError **error)
{
  return mado_sql_number (store, &incident->unread, error,
                          "SELECT count (*) FROM (SELECT 1 FROM incident i JOIN entry e ON e.incident = i.id WHERE i.number = ?1"
                          " AND e.id > " MADO_QUEUE_SEEN ("i", "?2") " AND e.author IS NOT ?2 LIMIT ?3)",
                          "ssi", incident->number, login, (gint64) MADO_QUEUE_UNREAD_MAX);
}

gboolean
mado_store_set_seen (MadoStore *store, const char *login, gint64 id, gint64 entry, GError **error)
{
  return mado_sql_run (store, error,
                       "INSERT INTO seen (login, incident, entry) VALUES (?1, ?2, ?3) ON CONFLICT (login, incident)"
                       " DO UPDATE SET entry = ?3 WHERE entry < ?3",
                       "sii", login, id, entry);
}

gboolean
mado_store_set_unseen (MadoStore *store, const char *login, gint64 id, GError **error)
{
  return mado_sql_run (store, error, "INSERT OR REPLACE INTO seen (login, incident, entry) VALUES (?, ?, -1)", "si", login, id);
}

gboolean
mado_store_begin_seen (MadoStore *store, const char *login, GError **error)
{
  return mado_store_forget_seen (store, login, error)
         && mado_sql_run (store, error, "INSERT INTO seen (login, incident, entry) SELECT ?, 0, coalesce (max (id), 0) FROM entry",
                          "s", login);
}

gboolean
mado_store_forget_seen (MadoStore *store, const char *login, GError **error)
{
  return mado_sql_run (store, error, "DELETE FROM seen WHERE login = ?", "s", login);
}
