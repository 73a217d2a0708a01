/* store-queue.c: see store-queue.h. In the table `seen` a row of incident 0 says where a member began; another one, with entry
 * -1, that a ticket was marked unread. Must never change a ticket or its version. */
#include "madoguchi/desk/store-queue.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

#define MAX_DESCRIBED 5 /* lines */
#define MAX_QUOTED 100 /* bytes of one */

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

/* One line of the thread in some words. */
static void
describe_line (GString *out, MadoStatement *row)
{
  g_autofree char *direction = mado_sql_text (row, 0);
  g_autofree char *author = mado_sql_text (row, 1);
  g_autofree char *text = mado_sql_text (row, 2);
  g_autofree char *first = text != NULL ? g_strndup (text, strcspn (text, "\n")) : g_strdup ("");
  g_autofree char *some = mado_text_truncate (first, MAX_QUOTED);

  g_string_append (out, out->len > 0 ? "; " : "");
  if (strcmp (direction, "in") == 0)
    g_string_append (out, "a mail came");
  else if (strcmp (direction, "event") == 0)
    g_string_append_printf (out, "%s: %s", author != NULL ? author : "the gateway", some);
  else
    g_string_append_printf (out, "%s: %s", author != NULL ? author : "the gateway", strcmp (direction, "note") == 0 ? "a note" : "an answer");
}

char *
mado_store_describe_since (MadoStore *store, gint64 id, gint64 version, GError **error)
{
  g_autoptr (GString) out = g_string_new (NULL);
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT direction, author, peek ('entry.text', id, text) FROM (SELECT * FROM entry WHERE incident = ?"
                        " AND version >= ? AND (direction <> 'out' OR author IS NOT NULL) ORDER BY id DESC LIMIT ?) ORDER BY id",
                        "iii", id, version, (gint64) MAX_DESCRIBED);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem))
    describe_line (out, row);
  if (problem == NULL)
    return g_strdup (out->str);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}
