/* triage-case.c: see triage-case.h. Called by settle.c alone. */
#include "madoguchi/desk/triage-case.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/desk/triage.h"

/* A rule changed what members may have seen already. */
static gboolean
tell_change (const MadoSettler *settler, gint64 incident, const char *what, const char *before, const char *after,
             const char *queue_id, GError **error)
{
  g_autofree char *text = NULL;

  if (g_strcmp0 (before, after) == 0)
    return TRUE;
  text = g_strdup_printf ("%s by the rules: %s instead of %s (mail %s)", what, after != NULL ? after : "none",
                          before != NULL ? before : "none", queue_id);
  return mado_store_add_event (settler->store, incident, NULL, text, settler->now, error);
}

gboolean
mado_triage_case (const MadoSettler *settler, gint64 incident, const char *queue_id, const MadoReport *report,
                  gboolean is_joined, GError **error)
{
  MadoTriageHistory history = { is_joined, FALSE };
  g_autoptr (MadoTriage) all = NULL;
  g_autoptr (MadoIncident) before = mado_store_load_summary (settler->store, incident, error);
  gboolean asks = settler->rules != NULL && g_hash_table_contains (settler->rules->asked, "related\nyes");

  asks = asks || (settler->rules != NULL && g_hash_table_contains (settler->rules->asked, "related\nno"));
  if (before == NULL || (asks && !mado_store_is_related (settler->store, queue_id, &history.is_related, error)))
    return FALSE;
  g_autoptr (MadoTriage) mine = mado_triage_judge (settler->rules, report, &history);
  if (!mado_store_put_decisions (settler->store, incident, queue_id, mine->decisions, settler->now, error)
      || !mado_store_apply_decisions (settler->store, incident, &all, error))
    return FALSE;
  if (before->counts->messages > 1 || before->priority != NULL || before->category != NULL)
    if (!tell_change (settler, incident, "Priority", before->priority, all->priority, queue_id, error)
        || !tell_change (settler, incident, "Category", before->category, all->category, queue_id, error))
      return FALSE;
  return TRUE;
}
