/* store-due.h: until when something has to happen to which ticket. What is due is no change of the ticket: its version stays. */
#pragma once

#include "madoguchi/desk/due-rule.h"
#include "madoguchi/desk/store.h"
#include "madoguchi/model/incident.h"

/* Fills in @incident what is due; @now says whether it is over. */
gboolean mado_store_fill_due (MadoStore *store, MadoIncident *incident, gint64 now, GError **error);

/* Decides again what is due in incident @id, after something happened in it. A member's word stays until the ticket is finished.
 * @rules: (nullable) nothing happens. */
gboolean mado_store_renew_due (MadoStore *store, const MadoDueRules *rules, gint64 id, GError **error);

/* A member's word: due @at, or (0) nothing is due. @login NULL: the rules have their say again. */
gboolean mado_store_set_due (MadoStore *store, const MadoDueRules *rules, gint64 id, gint64 at, const char *login, GError **error);

/* The same for unfinished tickets after @last (an id) for which nobody ever decided it, at most @limit; @last is then the last
 * one that was looked at. */
gboolean mado_store_renew_missing_due (MadoStore *store, const MadoDueRules *rules, gint64 *last, gint64 limit, GError **error);

/* One that is over, and was not escalated since. */
typedef struct {
  gint64 id, at;
  char *step;
} MadoOverdue;

/* (transfer full) of MadoOverdue, the longest overdue first. */
GPtrArray *mado_store_list_overdue (MadoStore *store, gint64 now, gint64 limit, GError **error);
gboolean mado_store_set_escalated (MadoStore *store, gint64 id, gint64 now, GError **error);
