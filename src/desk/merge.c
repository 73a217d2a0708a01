/* merge.c: see merge.h. Called by verbs-link.c. Must never make a ticket milder than either of the two was. */
#include "madoguchi/desk/merge.h"
#include "madoguchi/desk/need-keep.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-merge.h"
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/desk/triage.h"
#include "madoguchi/model/tlp.h"
#include "madoguchi/base/error.h"

#include <string.h>

static gboolean
is_one_of (const char *state, const char *a, const char *b)
{
  return strcmp (state, a) == 0 || strcmp (state, b) == 0;
}

/* (static or of the arguments) the state of two that became one: nobody's open work disappears. */
static const char *
choose_state (const char *from, const char *into)
{
  if (!is_one_of (from, "new", "open"))
    return into;
  return strcmp (into, "new") == 0 ? from : mado_state_after_mail (into);
}

static gboolean
check_one (const MadoIncident *incident, GError **error)
{
  if (incident->merged_into != NULL)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s was merged already: it is part of %s", incident->ticket, incident->merged_into);
  return incident->merged_into == NULL;
}

/* Does the decision stand against what comes with the other ticket? "nobody owns it" does not. */
static gboolean
is_kept (const MadoDecision *decision)
{
  static const char *const fields[] = { "owner", "category", "priority", "tlp", NULL };

  return decision->is_current && mado_triage_is_members (decision) && g_strv_contains (fields, decision->field)
         && (decision->value != NULL || strcmp (decision->field, "owner") != 0);
}

/* Members' last word counts: those of @into are said again, behind those of the other ticket. */
static gboolean
say_again (MadoStore *store, gint64 into, const MadoTriage *before, gint64 now, GError **error)
{
  for (guint i = 0; i < before->decisions->len; i++) {
    const MadoDecision *decision = before->decisions->pdata[i];
    if (is_kept (decision)
        && !mado_store_add_decision (store, into, decision->field, decision->value, decision->set_by, now, error))
      return FALSE;
  }
  return TRUE;
}

static gboolean
decide_again (MadoStore *store, gint64 into, const MadoTriage *before, const char *strictest, const char *member, gint64 now,
              GError **error)
{
  if (!say_again (store, into, before, now, error) || !mado_store_apply_decisions (store, into, NULL, error))
    return FALSE;
  g_autoptr (MadoIncident) after = mado_store_load_summary (store, into, error);
  if (after == NULL)
    return FALSE;
  return mado_tlp_level (after->tlp) >= mado_tlp_level (strictest)
         || (mado_store_add_decision (store, into, "tlp", strictest, member, now, error)
             && mado_store_apply_decisions (store, into, NULL, error));
}

static gboolean
tell (MadoStore *store, const MadoIncident *a, const MadoIncident *b, gint64 into, gint64 mails, const char *member, gint64 now,
      GError **error)
{
  g_autofree char *text = g_strdup_printf ("Merged %s into this ticket: mails: %" G_GINT64_FORMAT "; its number and the answers that were "
                                           "sent from it lead here", a->ticket, mails);
  const char *state = choose_state (a->state, b->state);

  if (!mado_store_add_event (store, into, member, text, now, error))
    return FALSE;
  if (strcmp (state, b->state) == 0)
    return TRUE;
  g_autofree char *reopened = g_strdup_printf ("State: %s. The merged ticket was %s", state, a->state);
  return mado_store_set_state (store, into, state, now, error) && mado_store_add_event (store, into, member, reopened, now, error);
}

static gboolean
narrow (MadoStore *store, gint64 into, const MadoNeedKept *kept, const MadoIncident *a, const MadoIncident *b, GError **error)
{
  gboolean is_out = FALSE;

  if (!mado_need_apply (store, into, kept, &is_out, error))
    return FALSE;
  if (!is_out)
    return TRUE;
  g_autoptr (MadoIncident) after = mado_store_load_summary (store, into, error);
  if (after != NULL)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO,
                 "%s would own it, who may not read both %s and %s: name that member in both, or assign to one who is", after->owner,
                 a->ticket, b->ticket);
  return FALSE;
}

gboolean
mado_merge_tickets (MadoStore *store, gint64 from, gint64 into, const char *member, gint64 now, GError **error)
{
  g_autoptr (MadoIncident) a = mado_store_load_summary (store, from, error);
  g_autoptr (MadoIncident) b = a != NULL ? mado_store_load_summary (store, into, error) : NULL;
  gint64 mails = 0;

  if (b == NULL)
    return FALSE;
  if (from == into) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s cannot be merged into itself", a->ticket);
    return FALSE;
  }
  if (!check_one (a, error) || !check_one (b, error) || !mado_store_count_mails (store, from, &mails, error))
    return FALSE;
  g_autoptr (MadoTriage) before = mado_store_load_triage (store, into, error);
  g_autofree char *told = g_strdup_printf ("Merged into %s", b->ticket);
  g_auto (MadoNeedKept) kept = { 0 };
  return before != NULL && mado_need_keep (store, into, from, &kept, error)
         && mado_store_move_all (store, from, into, member, told, now, error)
         && decide_again (store, into, before, mado_tlp_stricter (a->tlp, b->tlp), member, now, error)
         && narrow (store, into, &kept, a, b, error) && tell (store, a, b, into, mails, member, now, error);
}
