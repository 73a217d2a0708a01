/* store-link.c: see store-link.h. Called by the verbs of links and by merge.c. Must never write down one end alone. */
#include "madoguchi/desk/store-link.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/base/error.h"

#include <string.h>

#define MAX_LINKS 1000 /* of one ticket */

static const struct {
  const char *kind, *reverse;
} kinds[] = {
  { "related", "related" },
  { "parent", "child" },
  { "child", "parent" },
  { "duplicate", "duplicate" },
};

const char *
mado_link_kind (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_strcmp0 (kinds[i].kind, name) == 0)
      return kinds[i].kind;
  return NULL;
}

const char *
mado_link_reverse (const char *kind)
{
  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (strcmp (kinds[i].kind, kind) == 0)
      return kinds[i].reverse;
  return NULL;
}

static gboolean
write_both (MadoStore *store, gint64 incident, gint64 other, const char *kind, const char *login, gint64 now, GError **error)
{
  return mado_sql_run (store, error,
                       "INSERT OR REPLACE INTO link (incident, other, kind, set_by, date) VALUES (?1, ?2, ?3, ?5, ?6),"
                       " (?2, ?1, ?4, ?5, ?6)",
                       "iisssi", incident, other, kind, mado_link_reverse (kind), login, now);
}

static gboolean
delete_both (MadoStore *store, gint64 incident, gint64 other, GError **error)
{
  return mado_sql_run (store, error, "DELETE FROM link WHERE (incident = ?1 AND other = ?2) OR (incident = ?2 AND other = ?1)",
                       "ii", incident, other);
}

/* Another parent of @child than @parent; 0: none. */
static gboolean
find_parent (MadoStore *store, gint64 child, gint64 parent, gint64 *found, GError **error)
{
  return mado_sql_number (store, found, error, "SELECT other FROM link WHERE incident = ? AND kind = 'parent' AND other <> ?", "ii",
                          child, parent);
}

/* Is @child above @parent already? Nobody has two parents, so this walks up one line. */
static gboolean
find_circle (MadoStore *store, gint64 child, gint64 parent, gboolean *is_circle, GError **error)
{
  gint64 n = 0;

  if (!mado_sql_number (store, &n, error,
                        "WITH RECURSIVE above (id) AS (SELECT ?1 UNION SELECT l.other FROM above a JOIN link l ON l.incident = a.id"
                        "  AND l.kind = 'parent') SELECT count (*) FROM above WHERE id = ?2",
                        "ii", parent, child))
    return FALSE;
  *is_circle = n > 0;
  return TRUE;
}

static char *
get_name (MadoStore *store, gint64 id)
{
  g_autoptr (MadoIncident) incident = mado_store_load_summary (store, id, NULL);

  return g_strdup (incident != NULL ? incident->ticket : "?");
}

/* May @parent be the parent of @child? */
static gboolean
check_parent (MadoStore *store, gint64 child, gint64 parent, GError **error)
{
  g_autofree char *child_name = get_name (store, child), *parent_name = get_name (store, parent);
  gboolean is_circle = FALSE;
  gint64 old = 0;

  if (!find_parent (store, child, parent, &old, error) || !find_circle (store, child, parent, &is_circle, error))
    return FALSE;
  g_autofree char *old_name = old != 0 ? get_name (store, old) : NULL;
  if (old != 0)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s has a parent already: %s; take that link away first", child_name, old_name);
  else if (is_circle)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s stands below %s: parents cannot go round in a circle", parent_name, child_name);
  return old == 0 && !is_circle;
}

static gboolean
check_room (MadoStore *store, gint64 incident, gint64 other, GError **error)
{
  gint64 n = 0;

  if (!mado_sql_number (store, &n, error,
                        "SELECT max ((SELECT count (*) FROM link WHERE incident = ?1), (SELECT count (*) FROM link WHERE incident = ?2))",
                        "ii", incident, other))
    return FALSE;
  if (n >= MAX_LINKS)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "a ticket has at most %d links", MAX_LINKS);
  return n < MAX_LINKS;
}

gboolean
mado_store_put_link (MadoStore *store, gint64 incident, gint64 other, const char *kind, const char *login, gint64 now, GError **error)
{
  if (incident == other) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "a ticket cannot be linked with itself");
    return FALSE;
  }
  /* What they were to each other until now is in nobody's way. */
  if (!delete_both (store, incident, other, error) || !check_room (store, incident, other, error))
    return FALSE;
  if (strcmp (kind, "parent") == 0 && !check_parent (store, incident, other, error))
    return FALSE;
  if (strcmp (kind, "child") == 0 && !check_parent (store, other, incident, error))
    return FALSE;
  return write_both (store, incident, other, kind, login, now, error);
}

gboolean
mado_store_remove_link (MadoStore *store, gint64 incident, gint64 other, GError **error)
{
  if (!delete_both (store, incident, other, error))
    return FALSE;
  if (mado_sql_changes (store) > 0)
    return TRUE;
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "these tickets are not linked");
  return FALSE;
}

GPtrArray *
mado_store_list_linked (MadoStore *store, gint64 incident, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_link_free);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT i.number, l.kind, i.state FROM link l JOIN incident i ON i.id = l.other WHERE l.incident = ?"
                        " ORDER BY l.kind = 'parent' DESC, l.kind = 'child' DESC, l.other LIMIT ?",
                        "ii", incident, (gint64) MAX_LINKS);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoLink *link = mado_link_new ();
    link->number = mado_sql_text (row, 0);
    link->ticket = g_strdup_printf ("%s #%s", store->prefix, link->number);
    link->kind = mado_sql_text (row, 1);
    link->state = mado_sql_text (row, 2);
    g_ptr_array_add (list, link);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

/* --- when two tickets become one ------------------------------------------------------------------------- */

typedef struct {
  gint64 other, date;
  char *kind, *set_by;
} Link;

static void
clear_link (gpointer data)
{
  Link *link = data;

  g_free (link->kind);
  g_free (link->set_by);
}

/* (transfer full) of Link: the links of @from with others than @into and what @into is linked with. */
static GArray *
list_to_move (MadoStore *store, gint64 from, gint64 into, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GArray) list = g_array_new (FALSE, TRUE, sizeof (Link));
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT other, kind, set_by, date FROM link WHERE incident = ?1 AND other <> ?2"
                        " AND other NOT IN (SELECT other FROM link WHERE incident = ?2)",
                        "ii", from, into);

  g_array_set_clear_func (list, clear_link);
  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    Link link = { sqlite3_column_int64 (row, 0), sqlite3_column_int64 (row, 3), mado_sql_text (row, 1), mado_sql_text (row, 2) };
    g_array_append_val (list, link);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

static gboolean
move_link (MadoStore *store, gint64 into, const Link *link, GError **error)
{
  g_autoptr (GError) problem = NULL;

  if (mado_store_put_link (store, into, link->other, link->kind, link->set_by, link->date, &problem))
    return TRUE;
  if (g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO))
    return write_both (store, into, link->other, "related", link->set_by, link->date, error);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
mado_store_move_links (MadoStore *store, gint64 from, gint64 into, GError **error)
{
  g_autoptr (GArray) links = list_to_move (store, from, into, error);

  /* Gone first: what @from was to others must not pass for a parent in the way. */
  if (links == NULL || !mado_sql_run (store, error, "DELETE FROM link WHERE ?1 IN (incident, other)", "i", from))
    return FALSE;
  for (guint i = 0; i < links->len; i++)
    if (!move_link (store, into, &g_array_index (links, Link, i), error))
      return FALSE;
  return TRUE;
}
