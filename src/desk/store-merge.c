/* store-merge.c: see store-merge.h. Called by merge.c and split.c. Must never delete a number, a token or a Message-ID: what
 * people were told leads them here for ever. */
#include "madoguchi/desk/store-merge.h"
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-link.h"
#include "madoguchi/desk/store-retention.h"
#include "madoguchi/desk/store-sql.h"

#include <string.h>

/* Every table whose rows belong to a ticket, but for two: links are moved one by one, and which report of a mail made a ticket
 * (case_record) is history. */
static const char *const moves[] = {
  /* Better seen once too often: where somebody has not read all of it, his place in the other thread goes back. */
  "UPDATE seen SET entry = min (entry, coalesce ((SELECT s.entry FROM seen s WHERE s.login = seen.login AND s.incident = ?1), 0))"
  " WHERE incident = ?2 AND coalesce ((SELECT s.entry FROM seen s WHERE s.login = seen.login AND s.incident = ?1), 0)"
  "  < (SELECT coalesce (max (e.id), 0) FROM entry e WHERE e.incident = ?1)",
  "DELETE FROM seen WHERE incident = ?1 AND ?2",
  /* A member's time for the one holds for both, unless a member gave the other an earlier one, or said that none is due. */
  "INSERT INTO due (incident, at, step, set_by, escalated) SELECT ?2, at, step, set_by, escalated FROM due"
  " WHERE incident = ?1 AND set_by IS NOT NULL AND at > 0 ON CONFLICT (incident) DO UPDATE SET at = excluded.at, step = excluded.step,"
  " set_by = excluded.set_by, escalated = excluded.escalated WHERE due.set_by IS NULL OR (due.at > 0 AND excluded.at < due.at)",
  "DELETE FROM due WHERE incident = ?1 AND ?2",
  /* The mails join: where the other ticket has its own category and owner, the rules keep to those. */
  "DELETE FROM decision WHERE incident = ?1 AND message IS NOT NULL AND field IN ('category', 'owner', 'template', 'answer')"
  " AND field IN (SELECT field FROM decision WHERE incident = ?2 AND message IS NOT NULL)",
  "UPDATE message SET incident = ?2, state = iif (state = 'ticket', 'joined', state),"
  " reason = iif (state = 'ticket', seal ('message.reason', queue_id, 'merged'), reason) WHERE incident = ?1",
  "UPDATE outbox SET incident = ?2 WHERE incident = ?1",
  "UPDATE draft SET incident = ?2 WHERE incident = ?1",
  "UPDATE entry SET incident = ?2 WHERE incident = ?1",
  "UPDATE decision SET incident = ?2 WHERE incident = ?1",
  "UPDATE OR IGNORE alias SET incident = ?2 WHERE incident = ?1",
  "DELETE FROM alias WHERE incident = ?1 AND ?2",
  "DELETE FROM named WHERE incident = ?1 AND ?2",
  "UPDATE incident SET merged_into = ?2 WHERE merged_into = ?1",
};

/* The marks and other teams' numbers of @from are those of @into, too. */
static gboolean
move_marks (MadoStore *store, gint64 from, gint64 into, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoIncident) old = mado_store_load_summary (store, from, error);
  g_autoptr (MadoStatement) row
      = old != NULL ? mado_sql_query (store, error, "SELECT tlp_marked FROM incident WHERE id = ?", "i", from) : NULL;

  if (row == NULL)
    return FALSE;
  g_autofree char *marked = mado_sql_step (store, row, &problem) ? mado_sql_text (row, 0) : NULL;
  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  return mado_store_mark_case (store, into, marked, old->pap, (const char *const *) old->external_ids, error);
}

gboolean
mado_store_move_all (MadoStore *store, gint64 from, gint64 into, const char *login, const char *told, gint64 now, GError **error)
{
  if (!move_marks (store, from, into, error) || !mado_store_spread_hold (store, from, into, error) || !mado_store_move_links (store, from, into, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (moves); i++)
    if (!mado_sql_run (store, error, moves[i], "ii", from, into))
      return FALSE;
  /* What it said of its mails goes with them: nobody shall read here what he may not read there. */
  return mado_store_add_event (store, from, login, told, now, error)
         && mado_sql_run (store, error,
                          "UPDATE incident SET state = 'merged', merged_into = ?2, owner = NULL, priority = NULL, category = NULL,"
                          " tlp = NULL, tlp_marked = NULL, pap = NULL, subject = NULL, reporter = NULL, language = NULL,"
                          " encryption = 0, signature = 0, external_ids = NULL, tags = NULL, constituencies = NULL, indicators = 0,"
                          " restricted = 0, restricted_why = NULL,"
                          " hold = 0, hold_by = NULL, hold_why = NULL"
                          " WHERE id = ?1",
                          "ii", from, into)
         && mado_store_count_indicators (store, into, error);
}

char **
mado_store_list_merged (MadoStore *store, gint64 incident, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT number FROM incident WHERE merged_into = ? ORDER BY id LIMIT 1000", "i", incident);

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

gboolean
mado_store_count_mails (MadoStore *store, gint64 incident, gint64 *count, GError **error)
{
  return mado_sql_number (store, count, error, "SELECT count (message) FROM entry WHERE incident = ?", "i", incident);
}

gboolean
mado_store_move_mail (MadoStore *store, const char *queue_id, gint64 into, gboolean leads, GError **error)
{
  static const char *const statements[] = {
    "UPDATE entry SET incident = ?2 WHERE message = ?1",
    "UPDATE entry SET incident = ?2 WHERE outbox IN (SELECT id FROM outbox WHERE answers = ?1)",
    "UPDATE outbox SET incident = ?2 WHERE answers = ?1",
    "DELETE FROM decision WHERE message = ?1 AND incident = ?2",
    "UPDATE decision SET incident = ?2 WHERE message = ?1 AND incident = (SELECT incident FROM message WHERE id = ?1)",
    "UPDATE message SET incident = ?2 WHERE id = ?1",
  };
  gint64 message = 0;

  if (!mado_sql_number (store, &message, error, "SELECT id FROM message WHERE queue_id = ?", "s", queue_id))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!mado_sql_run (store, error, statements[i], "ii", message, into))
      return FALSE;
  if (leads)
    return mado_sql_run (store, error,
                         "UPDATE message SET state = 'ticket', reason = seal ('message.reason', queue_id, 'split') WHERE id = ?"
                         " AND state IN ('joined', 'bounce', 'auto_reply')",
                         "i", message);
  return mado_sql_run (store, error, "UPDATE message SET state = 'joined', reason = seal ('message.reason', queue_id, 'split') WHERE id = ? AND state = 'ticket'", "i",
                       message);
}

/* (nullable, transfer full) the first mail of @incident in @state. */
static gboolean
find_first (MadoStore *store, gint64 incident, const char *state, char **queue_id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoStatement) row
      = mado_sql_query (store, error, "SELECT queue_id FROM message WHERE incident = ? AND state = ? ORDER BY id LIMIT 1", "is",
                        incident, state);

  if (row == NULL)
    return FALSE;
  *queue_id = mado_sql_step (store, row, &problem) ? mado_sql_text (row, 0) : NULL;
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

gboolean
mado_store_find_lead (MadoStore *store, gint64 incident, char **queue_id, gboolean *has_changed, GError **error)
{
  *has_changed = FALSE;
  if (!find_first (store, incident, "ticket", queue_id, error))
    return FALSE;
  if (*queue_id != NULL)
    return TRUE;
  if (!find_first (store, incident, "joined", queue_id, error))
    return FALSE;
  *has_changed = *queue_id != NULL;
  return *queue_id == NULL
         || mado_sql_run (store, error, "UPDATE message SET state = 'ticket', reason = seal ('message.reason', queue_id, 'split') WHERE queue_id = ?", "s", *queue_id);
}

gboolean
mado_store_may_lead (MadoStore *store, const char *queue_id, gboolean *may, GError **error)
{
  gint64 n = 0;

  if (!mado_sql_number (store, &n, error,
                        "SELECT count (*) FROM message m JOIN message o ON o.incident = m.incident AND o.state = 'ticket' AND o.id <> m.id"
                        " WHERE m.queue_id = ?",
                        "s", queue_id))
    return FALSE;
  *may = n == 0;
  return TRUE;
}

gboolean
mado_store_set_reporter (MadoStore *store, gint64 incident, const char *address, GError **error)
{
  return mado_sql_run (store, error, "UPDATE incident SET reporter = seal ('incident.reporter', number, ?) WHERE id = ?", "si", address, incident);
}
