/* escalate.c: see escalate.h. Must never change a state, an owner or a priority: that is for people. */
#include "madoguchi/desk/escalate.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/store-due.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-member.h"

#include <string.h>

#define TICK_SECONDS 30
#define MAX_AT_ONCE 50
#define MAX_MISSING 500

struct _MadoEscalator {
  MadoDesk *desk;
  gint64 last; /* the last ticket that was looked at for the first time */
  guint timer, n_done;
  gboolean is_waiting; /* for the next transaction */
  gboolean has_more;   /* tickets to be looked at for the first time */
};

/* (transfer full) who leads: commanders on duty, or else the points of contact; "nobody". */
static char *
name_leaders (MadoStore *store, GError **error)
{
  static const MadoMemberRole roles[] = { MADO_MEMBER_COMMANDER, MADO_MEMBER_POC };
  g_autoptr (GPtrArray) members = mado_store_list_members (store, error);
  g_autoptr (GString) names = g_string_new (NULL);

  if (members == NULL)
    return NULL;
  for (gsize r = 0; r < G_N_ELEMENTS (roles) && names->len == 0; r++)
    for (guint i = 0; i < members->len; i++) {
      const MadoMember *member = members->pdata[i];
      if (member->role == roles[r] && member->on_duty && member->left == 0)
        g_string_append_printf (names, "%s%s (%s)", names->len > 0 ? ", " : "", member->login, mado_member_role_names[member->role]);
    }
  return g_strdup (names->len > 0 ? names->str : "nobody");
}

static const char *
explain (const char *step)
{
  static const char *const table[][2] = { { "answer", "the first answer" },
                                          { "action", "the next step" },
                                          { "waiting", "asking again" },
                                          { "set", "what a member set a time for" } };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strcmp0 (table[i][0], step) == 0)
      return table[i][1];
  return "something";
}

static gboolean
escalate (MadoDesk *desk, const MadoOverdue *overdue, const char *leaders, GError **error)
{
  g_autoptr (MadoIncident) incident = mado_store_load_summary (desk->store, overdue->id, error);
  g_autofree char *at = mado_text_time (overdue->at);
  gint64 now = desk->now ();

  if (incident == NULL)
    return FALSE;
  g_autofree char *text = g_strdup_printf ("Overdue: %s was due %s. Owner: %s. On duty: %s", explain (overdue->step), at,
                                           incident->owner != NULL ? incident->owner : "nobody", leaders);
  mado_log (MADO_LOG_INFO, NULL, "overdue", "ticket=%s step=%s owner=%s", incident->number, overdue->step,
            incident->owner != NULL ? incident->owner : "-");
  return mado_store_add_event (desk->store, overdue->id, NULL, text, now, error)
         && mado_store_set_escalated (desk->store, overdue->id, now, error);
}

static gboolean
apply (gpointer data, GError **error)
{
  MadoEscalator *escalator = data;
  MadoDesk *desk = escalator->desk;

  gint64 before = escalator->last;

  escalator->n_done = 0;
  if (!mado_store_renew_missing_due (desk->store, desk->settings.due, &escalator->last, MAX_MISSING, error))
    return FALSE;
  escalator->has_more = escalator->last - before >= MAX_MISSING;
  g_autoptr (GPtrArray) list = mado_store_list_overdue (desk->store, desk->now (), MAX_AT_ONCE, error);
  if (list == NULL || list->len == 0)
    return list != NULL;
  g_autofree char *leaders = name_leaders (desk->store, error);
  if (leaders == NULL)
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    if (!escalate (desk, list->pdata[i], leaders, error))
      return FALSE;
  escalator->n_done = list->len;
  return TRUE;
}

static void
on_applied (gpointer data, const GError *error)
{
  MadoEscalator *escalator = data;

  escalator->is_waiting = FALSE;
  if (error != NULL)
    mado_log (MADO_LOG_WARNING, NULL, "overdue", "problem=%s", error->message);
  else if (escalator->n_done == MAX_AT_ONCE || escalator->has_more)
    mado_escalator_tick (escalator);
}

void
mado_escalator_tick (MadoEscalator *escalator)
{
  if (escalator->is_waiting || escalator->desk->is_draining)
    return;
  escalator->is_waiting = TRUE;
  mado_batch_add_lazy (escalator->desk->batch, apply, on_applied, escalator);
}

static gboolean
on_timer (gpointer data)
{
  mado_escalator_tick (data);
  return G_SOURCE_CONTINUE;
}

MadoEscalator *
mado_escalator_new (MadoDesk *desk)
{
  MadoEscalator *escalator = g_new0 (MadoEscalator, 1);

  escalator->desk = desk;
  escalator->timer = g_timeout_add_seconds (TICK_SECONDS, on_timer, escalator);
  return escalator;
}

void
mado_escalator_free (MadoEscalator *escalator)
{
  if (escalator == NULL)
    return;
  g_clear_handle_id (&escalator->timer, g_source_remove);
  g_free (escalator);
}
