/* store-triage.c: see store-triage.h. Rules' decisions belong to a mail, so that reading it again replaces them; members'
 * belong to none, and stay. */
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/desk/store-sql.h"
#include "madoguchi/desk/triage.h"
#include "madoguchi/base/error.h"

#include <string.h>

#define MAX_SHOWN 5000     /* decisions of rules, and of members, that are looked at */
#define MAX_KEPT 2000      /* of rules in one incident: more are kept only when they say something new */
#define MAX_LOOKED_UP 500  /* indicators of a mail that are looked for elsewhere */

#define VALUES \
  "unseal ('decision.value', d.id, d.value), d.set_by, unseal ('decision.rule', d.id, d.rule)," \
  " unseal ('decision.because', d.id, d.because)"

static gboolean
is_new (MadoStore *store, gint64 incident, const MadoDecision *decision, gboolean *is, GError **error)
{
  gint64 n = 0;

  if (!mado_sql_number (store, &n, error,
                        "SELECT EXISTS (SELECT 1 FROM decision WHERE incident = ? AND field = ? AND value_key IS keyed ('decision', ?))", "iss",
                        incident, decision->field, decision->value))
    return FALSE;
  *is = n == 0;
  return TRUE;
}

static gboolean
insert (MadoStore *store, gint64 incident, gint64 message, const MadoDecision *decision, gint64 now, GError **error)
{
  return mado_sql_run (store, error,
                       "INSERT INTO decision (id, incident, message, field, value, value_key, set_by, rule, because, date)"
                       " SELECT n.id, ?1, nullif (?2, 0), ?3, seal ('decision.value', n.id, ?4), keyed ('decision', ?4), ?5,"
                       " seal ('decision.rule', n.id, ?6), seal ('decision.because', n.id, ?7), ?8"
                       " FROM " MADO_SQL_NEXT ("decision") " n",
                       "iisssssi", incident, message, decision->field, decision->value, decision->set_by, decision->rule,
                       decision->because, now);
}

gboolean
mado_store_put_decisions (MadoStore *store, gint64 incident, const char *queue_id, const GPtrArray *decisions, gint64 now,
                          GError **error)
{
  gint64 message = 0, kept = 0;

  if (!mado_sql_number (store, &message, error, "SELECT id FROM message WHERE queue_id = ?", "s", queue_id)
      || !mado_sql_run (store, error, "DELETE FROM decision WHERE message = ? AND incident = ?", "ii", message, incident)
      || !mado_sql_number (store, &kept, error, "SELECT count (*) FROM decision WHERE incident = ?", "i", incident))
    return FALSE;
  for (guint i = 0; i < decisions->len; i++) {
    gboolean is = kept < MAX_KEPT;
    if (!is && !is_new (store, incident, decisions->pdata[i], &is, error))
      return FALSE;
    if (is && !insert (store, incident, message, decisions->pdata[i], now, error))
      return FALSE;
  }
  return TRUE;
}

gboolean
mado_store_add_decision (MadoStore *store, gint64 incident, const char *field, const char *value, const char *login, gint64 now,
                         GError **error)
{
  MadoDecision decision = { .field = (char *) field, .value = (char *) value, .set_by = (char *) login };
  g_autofree char *name = NULL;

  if (!mado_triage_is_members (&decision)) /* a login must not pass for a rule */
    decision.set_by = name = g_strconcat ("member ", login, NULL);
  return insert (store, incident, 0, &decision, now, error);
}

static void
read_decisions (MadoStatement *row, MadoStore *store, GPtrArray *list, GError **error)
{
  while (mado_sql_step (store, row, error)) {
    MadoDecision *decision = mado_decision_new ();
    decision->field = mado_sql_text (row, 0);
    decision->value = mado_sql_text (row, 1);
    decision->set_by = mado_sql_text (row, 2);
    decision->rule = mado_sql_text (row, 3);
    decision->because = mado_sql_text (row, 4);
    decision->queue_id = mado_sql_text (row, 5);
    decision->date = sqlite3_column_int64 (row, 6);
    g_ptr_array_extend_and_steal (decision->rule_event, mado_event_read_rule (decision->rule));
    g_ptr_array_extend_and_steal (decision->because_event, mado_event_read_reason (decision->because));
    g_ptr_array_add (list, decision);
  }
}

static gboolean
query_decisions (MadoStore *store, gint64 incident, const char *sql, GPtrArray *list, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row = mado_sql_query (store, error, sql, "ii", incident, (gint64) MAX_SHOWN);

  if (row == NULL)
    return FALSE;
  read_decisions (row, store, list, &problem);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* What the mails are marked with is kept as one value, the strictest that ever was. */
static gboolean
read_mark (MadoStore *store, gint64 incident, MadoTriage *triage, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT number, tlp_marked, created FROM incident WHERE id = ?", "i", incident);

  if (row == NULL)
    return FALSE;
  if (!mado_sql_step (store, row, &problem)) {
    g_set_error_literal (error, MADO_ERROR, problem != NULL ? MADO_ERROR_TEMP : MADO_ERROR_NO,
                         problem != NULL ? problem->message : "no such ticket");
    return FALSE;
  }
  triage->number = mado_sql_text (row, 0);
  triage->ticket = g_strdup_printf ("%s #%s", store->prefix, triage->number);
  if (sqlite3_column_type (row, 1) == SQLITE_NULL)
    return TRUE;
  MadoDecision *decision = mado_decision_new ();
  decision->field = g_strdup ("tlp");
  decision->value = mado_sql_text (row, 1);
  decision->set_by = g_strdup ("report");
  decision->because = g_strdup ("the strictest mark in its mails");
  g_ptr_array_extend_and_steal (decision->because_event, mado_event_read_reason (decision->because));
  decision->date = sqlite3_column_int64 (row, 2);
  g_ptr_array_add (triage->decisions, decision);
  return TRUE;
}

static MadoTriage *
load (MadoStore *store, gint64 incident, const char **tlp, GError **error)
{
  g_autoptr (MadoTriage) triage = mado_triage_new ();

  if (!read_mark (store, incident, triage, error)
      || !query_decisions (store, incident,
                           "SELECT d.field, " VALUES ", m.queue_id, d.date FROM decision d"
                           " JOIN message m ON m.id = d.message WHERE d.incident = ? ORDER BY d.message, d.id LIMIT ?",
                           triage->decisions, error)
      || !query_decisions (store, incident,
                           "SELECT d.field, " VALUES ", NULL, d.date FROM (SELECT * FROM decision WHERE incident = ?"
                           " AND message IS NULL ORDER BY id DESC LIMIT ?) d ORDER BY d.id",
                           triage->decisions, error))
    return NULL;
  mado_triage_combine (triage, tlp);
  return g_steal_pointer (&triage);
}

MadoTriage *
mado_store_load_triage (MadoStore *store, gint64 incident, GError **error)
{
  return load (store, incident, NULL, error);
}

gboolean
mado_store_apply_decisions (MadoStore *store, gint64 incident, MadoTriage **triage, GError **error)
{
  const char *tlp = NULL;
  g_autoptr (MadoTriage) all = load (store, incident, &tlp, error);

  if (all == NULL)
    return FALSE;
  g_autofree char *tags = g_strjoinv ("\n", all->tags);
  g_autofree char *constituencies = g_strjoinv ("\n", all->constituencies);
  if (!mado_sql_run (store, error,
                     "UPDATE incident SET category = ?, priority = ?, owner = ?, tlp = ?, "
                     " tags = seal ('incident.tags', number, nullif (?, '')),"
                     " constituencies = seal ('incident.constituencies', number, nullif (?, '')) WHERE id = ?",
                     "ssssssi", all->category, all->priority, all->owner, tlp, tags, constituencies, incident))
    return FALSE;
  if (triage != NULL)
    *triage = g_steal_pointer (&all);
  return TRUE;
}

gboolean
mado_store_is_related (MadoStore *store, const char *queue_id, gboolean *is_related, GError **error)
{
  gint64 n = 0;

  if (!mado_sql_number (store, &n, error,
                        "SELECT EXISTS (SELECT 1 FROM message me, (SELECT d.type AS type, d.value_key AS value_key FROM indicator d"
                        "  JOIN message m ON m.id = d.message WHERE m.queue_id = ?1 AND d.weak = 0 LIMIT ?2) AS mine"
                        " CROSS JOIN indicator other ON other.type = mine.type AND other.value_key = mine.value_key"
                        " JOIN message m ON m.id = other.message WHERE me.queue_id = ?1 AND other.message < me.id"
                        " AND m.incident IS NOT me.incident AND m.state IN ('ticket', 'joined'))",
                        "si", queue_id, (gint64) MAX_LOOKED_UP))
    return FALSE;
  *is_related = n != 0;
  return TRUE;
}
