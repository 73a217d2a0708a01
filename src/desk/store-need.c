/* store-need.c: see store-need.h. The triggers that keep the list of names stand with the schema in store.c. */
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-member.h"
#include "madoguchi/desk/store-vault.h"

#include <string.h>

#define NARROW MADO_NEED_NARROW ("i")
#define READABLE MADO_NEED_READABLE ("i", "?2")
/* Somebody is named who can act. */
#define HAS_ACTIVE                                                                                             \
  "EXISTS (SELECT 1 FROM named n JOIN member m ON m.login = n.login WHERE n.incident = i.id AND m.left_at = 0" \
  " AND m.role <> 'reader')"
/* What was merged is for the eyes of those who may read what it is part of now. */
#define SURVIVOR "(SELECT coalesce (s.merged_into, s.id) FROM incident s WHERE s.id = ?1)"

gboolean
mado_store_load_need (MadoStore *store, const char *member, gint64 incident, MadoNeedFacts *facts, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT " NARROW ", EXISTS (SELECT 1 FROM named n WHERE n.incident = i.id AND n.login = ?2),"
                        " " HAS_ACTIVE " FROM incident i WHERE i.id = " SURVIVOR,
                        "is", incident, member);

  if (row == NULL)
    return FALSE;
  *facts = (MadoNeedFacts){ TRUE, FALSE, TRUE }; /* of what is not there nothing is told */
  if (mado_sql_step (store, row, &problem))
    *facts = (MadoNeedFacts){ sqlite3_column_int (row, 0) != 0, sqlite3_column_int (row, 1) != 0, sqlite3_column_int (row, 2) != 0 };
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
mado_need_may_read (MadoStore *store, const char *member, gint64 incident, gboolean *may, GError **error)
{
  gint64 n = 0;

  if (!mado_sql_number (store, &n, error, "SELECT " READABLE " FROM incident i WHERE i.id = " SURVIVOR, "is",
                        incident, member))
    return FALSE;
  *may = n != 0;
  return TRUE;
}

gboolean
mado_need_may_know (MadoStore *store, const char *member, const char *address, gboolean *may, GError **error)
{
  g_autofree char *folded = mado_store_fold (address);
  gint64 n = 1;

  if (member != NULL && folded != NULL
      && !mado_sql_number (store, &n, error,
                           "SELECT NOT EXISTS (SELECT 1 FROM message m WHERE m.sender_key = keyed ('address', ?1) AND m.incident IS NOT NULL)"
                           " OR EXISTS (SELECT 1 FROM message m JOIN incident i ON i.id = m.incident"
                           "  WHERE m.sender_key = keyed ('address', ?1) AND " READABLE ")",
                           "ss", folded, member))
    return FALSE;
  *may = n != 0;
  return TRUE;
}

GPtrArray *
mado_store_list_named (MadoStore *store, gint64 incident, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_named_free);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT login, named_by, named_at FROM named WHERE incident = ? ORDER BY login LIMIT 1000", "i",
                        incident);

  if (row == NULL)
    return NULL;
  while (mado_sql_step (store, row, &problem)) {
    MadoNamed *named = mado_named_new ();
    named->login = mado_sql_text (row, 0);
    named->by = mado_sql_text (row, 1);
    named->since = sqlite3_column_int64 (row, 2);
    g_ptr_array_add (list, named);
  }
  if (problem == NULL)
    return g_steal_pointer (&list);
  g_propagate_error (error, g_steal_pointer (&problem));
  return NULL;
}

gboolean
mado_store_count_orphans (MadoStore *store, const char *login, gint64 *count, GError **error)
{
  return mado_sql_number (store, count, error,
                          "SELECT count (*) FROM incident i WHERE " NARROW " AND i.state IN ('new', 'open', 'waiting') AND NOT " HAS_ACTIVE
                          " AND (?1 IS NULL OR EXISTS (SELECT 1 FROM named x WHERE x.incident = i.id AND x.login = ?1))",
                          "s", login);
}

static gboolean
read_reason (MadoStore *store, gint64 id, char **reason, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT unseal ('incident.restricted_why', number, restricted_why) FROM incident WHERE id = ?", "i", id);

  if (row == NULL)
    return FALSE;
  if (mado_sql_step (store, row, &problem))
    *reason = mado_sql_text (row, 0);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
mado_store_fill_need (MadoStore *store, gint64 id, MadoIncident *incident, GError **error)
{
  g_autoptr (GPtrArray) named = mado_store_list_named (store, id, error);

  if (named == NULL)
    return FALSE;
  for (guint i = 0; i < incident->restricted_to->len; i++)
    mado_named_free (incident->restricted_to->pdata[i]);
  g_ptr_array_set_size (incident->restricted_to, 0);
  g_ptr_array_extend_and_steal (incident->restricted_to, g_steal_pointer (&named)); /* a record frees what stands in its lists */
  g_clear_pointer (&incident->restricted_reason, g_free);
  return read_reason (store, id, &incident->restricted_reason, error);
}

/* @ticket: "PREFIX #2026-000001". */
static gboolean
may_read_ticket (MadoStore *store, const char *reader, const char *ticket, gboolean *may, GError **error)
{
  const char *sign = strrchr (ticket, '#');
  gint64 id = 0;

  return mado_store_find_number (store, sign != NULL ? sign + 1 : ticket, &id, error)
         && mado_need_may_read (store, reader, id, may, error);
}

gboolean
mado_store_thin (MadoStore *store, const char *reader, MadoIncident *incident, GError **error)
{
  gsize kept = 0;
  gboolean may;

  for (guint i = incident->relations->len; i > 0; i--) {
    MadoRelation *relation = incident->relations->pdata[i - 1];
    if (!may_read_ticket (store, reader, relation->ticket, &may, error))
      return FALSE;
    if (may)
      continue;
    g_ptr_array_remove_index (incident->relations, i - 1);
    mado_relation_free (relation);
  }
  for (gsize i = 0; incident->links[i] != NULL; i++) {
    char *link = incident->links[i];
    if (!may_read_ticket (store, reader, link, &may, error))
      return FALSE;
    incident->links[i] = NULL;
    if (may)
      incident->links[kept++] = link;
    else
      g_free (link);
  }
  return TRUE;
}

gboolean
mado_store_add_named (MadoStore *store, gint64 incident, const char *login, const char *by, gint64 now, GError **error)
{
  return mado_sql_run (store, error, "INSERT OR IGNORE INTO named (incident, login, named_by, named_at) VALUES (?, ?, ?, ?)", "issi",
                       incident, login, by, now);
}

gboolean
mado_store_remove_named (MadoStore *store, gint64 incident, const char *login, GError **error)
{
  return mado_sql_run (store, error, "DELETE FROM named WHERE incident = ? AND login = ?", "is", incident, login);
}

gboolean
mado_store_is_marked (MadoStore *store, gint64 incident, gboolean *is_marked, GError **error)
{
  gint64 n = 0;

  if (!mado_sql_number (store, &n, error, "SELECT restricted FROM incident WHERE id = ?", "i", incident))
    return FALSE;
  *is_marked = n != 0;
  return TRUE;
}

/* (transfer full) all who are named, with commas. */
static char *
join_named (MadoStore *store, gint64 incident, GError **error)
{
  g_autoptr (GPtrArray) named = mado_store_list_named (store, incident, error);
  g_autoptr (GString) text = g_string_new (NULL);

  if (named == NULL)
    return NULL;
  for (guint i = 0; i < named->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", ((const MadoNamed *) named->pdata[i])->login);
  return named->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : g_strdup ("nobody yet; whoever takes it");
}

gboolean
mado_store_tell_need (MadoStore *store, gint64 incident, const char *author, const char *reason, gint64 now, GError **error)
{
  g_autofree char *names = join_named (store, incident, error);
  MadoNeedFacts facts;

  if (names == NULL || !mado_store_load_need (store, NULL, incident, &facts, error))
    return FALSE;
  g_autofree char *text = facts.is_narrow ? g_strdup_printf ("Restricted to named members: %s", names)
                                          : g_strdup ("Not restricted to named members any more");
  g_autofree char *whole = reason != NULL ? g_strdup_printf ("%s. %s", text, reason) : g_steal_pointer (&text);
  return mado_store_add_event (store, incident, author, whole, now, error);
}

gboolean
mado_store_tell_narrowed (MadoStore *store, gint64 incident, gboolean was_narrow, const char *author, gint64 now, GError **error)
{
  gboolean has_members;
  MadoNeedFacts facts;

  if (!mado_store_has_members (store, &has_members, error) || !mado_store_load_need (store, NULL, incident, &facts, error))
    return FALSE;
  return !has_members || facts.is_narrow == was_narrow || mado_store_tell_need (store, incident, author, NULL, now, error);
}

gboolean
mado_store_set_restricted (MadoStore *store, gint64 incident, gboolean is_restricted, const char *reason, GError **error)
{
  return mado_sql_run (store, error,
                       "UPDATE incident SET restricted = ?2, restricted_why = CASE WHEN ?2 = 0 THEN NULL WHEN ?3 IS NULL THEN restricted_why"
                       " ELSE seal ('incident.restricted_why', number, ?3) END WHERE id = ?1",
                       "iis", incident, (gint64) is_restricted, reason);
}

gboolean
mado_store_set_named (MadoStore *store, gint64 incident, const GPtrArray *names, GError **error)
{
  if (!mado_sql_run (store, error, "DELETE FROM named WHERE incident = ?", "i", incident))
    return FALSE;
  for (guint i = 0; i < names->len; i++) {
    const MadoNamed *named = names->pdata[i];
    if (!mado_sql_run (store, error, "INSERT OR IGNORE INTO named (incident, login, named_by, named_at) VALUES (?, ?, ?, ?)", "issi",
                       incident, named->login, named->by, named->since))
      return FALSE;
  }
  return TRUE;
}
