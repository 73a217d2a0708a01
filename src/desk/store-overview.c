/* store-overview.c: see store-overview.h. Must never tell of a restricted incident more than that there is one. */
#include "madoguchi/desk/store-overview.h"
#include "madoguchi/desk/store-sql.h"

#define DAY G_GINT64_CONSTANT (86400)
#define SHOWN_DAYS 30
#define NARROW "(restricted <> 0 OR coalesce (tlp, '') = 'TLP:RED')"
#define UNFINISHED "incident INDEXED BY incident_unfinished WHERE state IN ('new', 'open', 'waiting')"

static gboolean
add_shares (MadoStore *store, GPtrArray *list, const char *sql, gint64 now, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, sql, "i", now);

  if (row == NULL)
    return FALSE;
  while (mado_sql_step (store, row, &problem)) {
    MadoShare *share = mado_share_new ();
    share->name = mado_sql_text (row, 0);
    share->count = sqlite3_column_int64 (row, 1);
    g_ptr_array_add (list, share);
  }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* Days on which nothing came count, too. */
static gboolean
add_days (MadoStore *store, GPtrArray *list, gint64 now, GError **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_share_free);

  if (!add_shares (store, found,
                   "SELECT date (created, 'unixepoch'), count (*) FROM incident INDEXED BY incident_created"
                   " WHERE created > ?1 - 31 * 86400 GROUP BY 1 ORDER BY 1", now, error))
    return FALSE;
  for (gint64 i = SHOWN_DAYS - 1; i >= 0; i--) {
    g_autoptr (GDateTime) day = g_date_time_new_from_unix_utc (now - i * DAY);
    MadoShare *share = mado_share_new ();
    share->name = g_date_time_format (day, "%Y-%m-%d");
    for (guint k = 0; k < found->len; k++)
      if (g_strcmp0 (((MadoShare *) found->pdata[k])->name, share->name) == 0)
        share->count = ((MadoShare *) found->pdata[k])->count;
    g_ptr_array_add (list, share);
  }
  return TRUE;
}

MadoOverview *
mado_store_load_overview (MadoStore *store, gint64 now, GError **error)
{
  g_autoptr (MadoOverview) overview = mado_overview_new ();

  overview->now = now;
  if (!add_shares (store, overview->states, "SELECT state, count (*) FROM incident WHERE ?1 > 0 GROUP BY state ORDER BY state", now, error)
      || !add_shares (store, overview->ages,
                      "SELECT CASE WHEN ?1 - created < 86400 THEN '1' WHEN ?1 - created < 3 * 86400 THEN '3'"
                      " WHEN ?1 - created < 7 * 86400 THEN '7' WHEN ?1 - created < 30 * 86400 THEN '30' ELSE 'more' END AS age, count (*)"
                      " FROM " UNFINISHED " GROUP BY age ORDER BY max (created) DESC",
                      now, error)
      || !add_shares (store, overview->categories,
                      "SELECT CASE WHEN " NARROW " THEN 'restricted' ELSE coalesce (category, 'none') END AS kind, count (*) AS n"
                      " FROM " UNFINISHED " AND ?1 > 0 GROUP BY kind ORDER BY n DESC, kind LIMIT 30",
                      now, error)
      || !add_shares (store, overview->owners,
                      "SELECT coalesce (owner, 'none') AS who, count (*) AS n FROM " UNFINISHED " AND ?1 > 0 AND NOT " NARROW
                      " GROUP BY who ORDER BY n DESC, who LIMIT 100",
                      now, error)
      || !add_days (store, overview->days, now, error))
    return NULL;
  return g_steal_pointer (&overview);
}
