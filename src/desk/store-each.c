/* store-each.c: see store-each.h. */
#include "madoguchi/desk/store-each.h"
#include "madoguchi/desk/store-sql.h"

gboolean
mado_store_add_each (MadoStore *store, gint64 incident, const char *queue_id, gint64 record, GError **error)
{
  return mado_sql_run (store, error,
                       "INSERT INTO case_record (incident, message, record) SELECT ?, id, ? FROM message WHERE queue_id = ?", "iis",
                       incident, record, queue_id);
}

GArray *
mado_store_list_each (MadoStore *store, const char *queue_id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (MadoEach));
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT c.incident, c.record FROM case_record c JOIN message m ON m.id = c.message JOIN incident i ON i.id = c.incident"
                        " WHERE m.queue_id = ? AND i.merged_into IS NULL ORDER BY c.record",
                        "s", queue_id);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoEach each = { sqlite3_column_int64 (row, 0), sqlite3_column_int64 (row, 1) };
    g_array_append_val (list, each);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

char **
mado_store_list_links (MadoStore *store, gint64 incident, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        /* every step begins at what is known: no table is read as a whole */
                        "WITH own AS (SELECT id FROM incident WHERE id = ?1 AND merged_into IS NULL"
                        "  UNION SELECT id FROM incident WHERE merged_into = ?1),"
                        " mail AS (SELECT c.message FROM own CROSS JOIN case_record c ON c.incident = own.id"
                        "  UNION SELECT c.message FROM message m CROSS JOIN case_record c ON c.message = m.id WHERE m.incident = ?1)"
                        " SELECT i.number FROM incident i WHERE i.id <> ?1 AND i.id IN ("
                        "  SELECT coalesce (o.merged_into, o.id) FROM mail CROSS JOIN case_record c ON c.message = mail.message"
                        "   JOIN incident o ON o.id = c.incident"
                        "  UNION SELECT m.incident FROM mail CROSS JOIN message m ON m.id = mail.message) ORDER BY i.id LIMIT 500",
                        "i", incident);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    g_autofree char *number = mado_sql_text (row, 0);
    g_autofree char *ticket = g_strdup_printf ("%s #%s", store->prefix, number);
    g_strv_builder_add (builder, ticket);
  }
  if (problem == NULL)
    return g_strv_builder_end (builder);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}
