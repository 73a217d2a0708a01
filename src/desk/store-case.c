/* store-case.c: see store-case.h. */
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/model/tlp.h"

#include <string.h>

#define MAX_LOOKED_UP 500 /* indicators of an incident that are looked for elsewhere */
#define MAX_SEEN 50       /* mails that are looked at for one of them, newest first */
#define MAX_RELATIONS 50
#define MAX_NAMED 10      /* indicators that a relation names */
#define MAX_IDS 100       /* other teams' numbers of one incident */

/* Where an indicator's value rests: place and row, for seal () and unseal (). */
#define INDICATOR(message, type, key) "'indicator.value', " message " || '.' || " type " || '.' || hex (" key ")"

#define COUNTS "m.state IN ('ticket', 'joined')"

/* Says it too little to relate two incidents? */
static gboolean
is_weak (const MadoIndicator *indicator)
{
  static const char *const flags[] = { "private", "reserved", "example", "own" };

  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    if (g_strv_contains ((const char *const *) indicator->flags, flags[i]))
      return TRUE;
  return strcmp (indicator->type, "cwe") == 0;
}

gboolean
mado_store_put_indicators (MadoStore *store, const char *queue_id, const MadoReport *report, GError **error)
{
  gint64 message = 0;

  if (!mado_sql_number (store, &message, error, "SELECT id FROM message WHERE queue_id = ?", "s", queue_id)
      || !mado_sql_run (store, error, "DELETE FROM indicator WHERE message = ?", "i", message))
    return FALSE;
  for (guint i = 0; i < report->indicators->len; i++) {
    const MadoIndicator *indicator = report->indicators->pdata[i];
    if (indicator->type == NULL || indicator->value == NULL)
      continue;
    if (!mado_sql_run (store, error, "INSERT OR IGNORE INTO indicator (type, value_key, message, weak, value) SELECT ?1, k, ?3, ?4, seal ("
                                     INDICATOR ("?3", "?1", "k") ", ?2) FROM (SELECT keyed ('indicator', ?2) AS k)", "ssii",
                       indicator->type, indicator->value, message, (gint64) is_weak (indicator)))
      return FALSE;
  }
  return TRUE;
}

gboolean
mado_store_count_indicators (MadoStore *store, gint64 incident, GError **error)
{
  return mado_sql_run (store, error,
                       "UPDATE incident SET indicators = (SELECT count (*) FROM (SELECT DISTINCT d.type, d.value_key FROM message m"
                       " JOIN indicator d ON d.message = m.id WHERE m.incident = ?1 AND " COUNTS ")) WHERE id = ?1",
                       "i", incident);
}

/* (transfer full) an other team's number as it is compared: without spaces, in lower case. */
static char *
fold_id (const char *id)
{
  GString *out = g_string_new (NULL);

  for (; *id != '\0'; id++)
    if (!g_ascii_isspace (*id))
      g_string_append_c (out, g_ascii_tolower (*id));
  return g_string_free (out, FALSE);
}

static gboolean
add_ids (MadoStore *store, gint64 incident, char **old, const char *const *more, GError **error)
{
  g_autoptr (GHashTable) known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GString) all = g_string_new (NULL);

  for (guint i = 0; old[i] != NULL; i++) {
    g_hash_table_add (known, fold_id (old[i]));
    g_string_append_printf (all, "%s%s", i == 0 ? "" : "\n", old[i]);
  }
  for (guint i = 0; more != NULL && more[i] != NULL && g_hash_table_size (known) < MAX_IDS; i++) {
    g_autofree char *name = fold_id (more[i]);
    if (strchr (more[i], '\n') != NULL) /* it would be two of them when it is read back */
      continue;
    if (!mado_sql_run (store, error, "INSERT OR IGNORE INTO alias (name_key, incident) VALUES (keyed ('alias', ?), ?)", "si", name, incident))
      return FALSE;
    if (g_hash_table_add (known, g_steal_pointer (&name)))
      g_string_append_printf (all, "%s%s", all->len == 0 ? "" : "\n", more[i]);
  }
  return mado_sql_run (store, error, "UPDATE incident SET external_ids = seal ('incident.external_ids', number, nullif (?, '')) WHERE id = ?", "si", all->str, incident);
}

gboolean
mado_store_mark_case (MadoStore *store, gint64 incident, const char *tlp, const char *pap, const char *const *external_ids,
                      GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT tlp_marked, pap, unseal ('incident.external_ids', number, external_ids) FROM incident WHERE id = ?", "i", incident);
  g_auto (GStrv) ids = NULL;

  if (row == NULL)
    return FALSE;
  if (!mado_sql_step (store, row, &problem)) {
    if (problem != NULL)
      g_propagate_error (error, g_steal_pointer (&problem));
    return problem == NULL;
  }
  g_autofree char *old_tlp = mado_sql_text (row, 0);
  g_autofree char *old_pap = mado_sql_text (row, 1);
  g_autofree char *old_ids = mado_sql_text (row, 2);
  ids = g_strsplit (old_ids != NULL ? old_ids : "", "\n", -1);
  return mado_sql_run (store, error,
                       "UPDATE incident SET tlp_marked = ?1, pap = ?2, tlp = CASE WHEN EXISTS (SELECT 1 FROM decision"
                       "  WHERE incident = ?3 AND field = 'tlp') THEN tlp ELSE ?1 END WHERE id = ?3",
                       "ssi", mado_tlp_stricter (old_tlp, tlp), mado_tlp_stricter (old_pap, pap), incident)
         && add_ids (store, incident, ids, external_ids, error);
}

gboolean
mado_store_find_alias (MadoStore *store, const char *external_id, const char *address, const char *fingerprint, gint64 *incident,
                       gboolean *belongs, GError **error)
{
  g_autofree char *name = fold_id (external_id);
  g_autofree char *sender = mado_store_fold (address);

  if (!mado_sql_number (store, incident, error,
                        "SELECT max (a.incident) FROM alias a WHERE a.name_key = keyed ('alias', ?1) AND EXISTS (SELECT 1 FROM message m"
                        "  WHERE m.incident = a.incident AND (m.sender_key = keyed ('address', ?2) OR m.signer_key = keyed ('fingerprint', ?3)) AND " COUNTS ")",
                        "sss", name, sender, fingerprint))
    return FALSE;
  *belongs = *incident != 0;
  return *belongs || mado_sql_number (store, incident, error, "SELECT max (incident) FROM alias WHERE name_key = keyed ('alias', ?)", "s", name);
}

/* --- relations ------------------------------------------------------------------------------------------ */

/* What is known of an incident that shares something. */
static MadoRelation *
get_relation (GHashTable *found, gint64 incident)
{
  MadoRelation *relation = g_hash_table_lookup (found, &incident);
  gint64 *key;

  if (relation != NULL)
    return relation;
  relation = mado_relation_new ();
  key = g_new (gint64, 1);
  *key = incident;
  g_hash_table_insert (found, key, relation);
  return relation;
}

static void
note_shared (MadoRelation *relation, const char *type, const char *value)
{
  MadoShared *shared;

  relation->shared++;
  if (relation->indicators->len >= MAX_NAMED)
    return;
  shared = mado_shared_new ();
  shared->type = g_strdup (type);
  shared->value = g_strdup (value);
  g_ptr_array_add (relation->indicators, shared);
}

/* (transfer full) what the indicator @key of mail @message says. */
static char *
load_value (MadoStore *store, const char *type, GBytes *key, gint64 message, GError **error)
{
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT unseal (" INDICATOR ("message", "type", "value_key") ", value) FROM indicator WHERE type = ?"
                                                                                      " AND value_key = ? AND message = ?",
                        "sbi", type, key, message);

  return row != NULL && mado_sql_step (store, row, error) ? mado_sql_text (row, 0) : NULL;
}

/* Where else one indicator stands, which @message has, too. */
static gboolean
look_up (MadoStore *store, gint64 incident, const char *type, GBytes *value_key, gint64 message, GHashTable *found, GError **error)
{
  g_autofree char *value = NULL; /* what is nowhere else needs not be opened */
  g_autoptr (GError) problem = NULL;
  g_autoptr (GHashTable) here = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT m.incident FROM indicator d JOIN message m ON m.id = d.message WHERE d.type = ? AND d.value_key = ?"
                        " AND m.incident IS NOT NULL AND " COUNTS " ORDER BY d.message DESC LIMIT ?",
                        "sbi", type, value_key, (gint64) MAX_SEEN);

  if (row == NULL)
    return FALSE;
  while (mado_sql_step (store, row, &problem)) {
    gint64 other = sqlite3_column_int64 (row, 0), *key = g_new (gint64, 1);
    *key = other;
    if (!g_hash_table_add (here, key) || other == incident)
      continue;
    if (value == NULL)
      value = load_value (store, type, value_key, message, error);
    if (value == NULL)
      return FALSE;
    note_shared (get_relation (found, other), type, value);
  }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
look_up_all (MadoStore *store, gint64 incident, GHashTable *found, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error,
                        "SELECT d.type, d.value_key, max (d.message) FROM message m JOIN indicator d ON d.message = m.id"
                        " WHERE m.incident = ? AND " COUNTS " AND d.weak = 0 GROUP BY d.type, d.value_key LIMIT ?",
                        "ii", incident, (gint64) MAX_LOOKED_UP);

  if (row == NULL)
    return FALSE;
  while (mado_sql_step (store, row, &problem)) {
    g_autofree char *type = mado_sql_text (row, 0);
    g_autoptr (GBytes) key = mado_sql_bytes (row, 1);
    if (!look_up (store, incident, type, key, sqlite3_column_int64 (row, 2), found, error))
      return FALSE;
  }
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gint
compare_newest (gconstpointer a, gconstpointer b)
{
  gint64 x = **(gint64 *const *) a, y = **(gint64 *const *) b;

  return x < y ? 1 : x > y ? -1 : 0;
}

static gboolean
name_relation (MadoStore *store, gint64 incident, MadoRelation *relation, GError **error)
{
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT number, state, updated FROM incident WHERE id = ?", "i", incident);

  if (row == NULL || !mado_sql_step (store, row, error))
    return FALSE;
  relation->number = mado_sql_text (row, 0);
  relation->state = mado_sql_text (row, 1);
  relation->updated = sqlite3_column_int64 (row, 2);
  relation->ticket = g_strdup_printf ("%s #%s", store->prefix, relation->number);
  return TRUE;
}

GPtrArray *
mado_store_list_relations (MadoStore *store, gint64 incident, GError **error)
{
  g_autoptr (GHashTable) found = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) mado_relation_free);
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) mado_relation_free);
  g_autoptr (GPtrArray) order = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer key;

  if (!look_up_all (store, incident, found, error))
    return NULL;
  g_hash_table_iter_init (&iter, found);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    g_ptr_array_add (order, key);
  g_ptr_array_sort (order, compare_newest);
  for (guint i = 0; i < order->len && list->len < MAX_RELATIONS; i++) {
    gint64 other = *(gint64 *) order->pdata[i];
    MadoRelation *relation = mado_relation_copy (g_hash_table_lookup (found, &other));
    g_ptr_array_add (list, relation);
    if (!name_relation (store, other, relation, error))
      return NULL;
  }
  return g_steal_pointer (&list);
}
