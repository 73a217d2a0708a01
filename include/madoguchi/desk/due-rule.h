/* due-rule.h: until when something has to happen to a ticket, by [due] of the configuration. Pure: the caller brings facts and
 * clock. docs/members.md, "Due times", tells it to people.
 *
 *   answer   nobody of us has answered yet: from when the ticket was made
 *   action   it is our turn: from the first mail since a member last did something in it, or else from then
 *   waiting  we wait for somebody: from when a member last did something in it: ask again
 *
 * Whoever answers, or brings a ticket to waiting or to an end, has answered.
 */
#pragma once

#include "madoguchi/conf/conf.h"

typedef struct _MadoDueRules MadoDueRules;

/* @rules: (transfer full). Errors: CONF, naming the key and what cannot be read in it. */
gboolean mado_due_rules_read (const MadoConf *conf, MadoDueRules **rules, GError **error);
void mado_due_rules_free (MadoDueRules *rules);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoDueRules, mado_due_rules_free)

/* When have @seconds passed since @from? Without a clock, by the calendar; with one, it says which of them count. */
typedef gint64 (*MadoDueClock) (gpointer data, gint64 from, gint64 seconds);
void mado_due_rules_set_clock (MadoDueRules *rules, MadoDueClock clock, gpointer data);

/* Does the configuration want office hours alone to count? */
gboolean mado_due_rules_want_clock (const MadoDueRules *rules);

typedef struct {
  const char *state;
  const char *priority, *category; /* nullable */
  gint64 created;                  /* all times: seconds since the epoch */
  gboolean is_answered;
  gint64 acted;   /* when a member last did something in it; 0: never */
  gint64 pending; /* when the first mail since then came; 0: none did */
} MadoDueFacts;

typedef struct {
  const char *step; /* static, one of the words above; NULL: nothing is due */
  gint64 at;
} MadoDue;

/* How long a ticket of @priority and @category (both nullable) has for @step ("answer", "action", "waiting"), in seconds; 0: as
 * long as it takes. */
gint64 mado_due_rules_find (const MadoDueRules *rules, const char *step, const char *priority, const char *category);

/* What is due next. */
MadoDue mado_due_decide (const MadoDueRules *rules, const MadoDueFacts *facts);

/* What a member says: a time (2026-11-24T09:00:00Z, 2026-11-24T18:00+09:00), a day (its end, UTC), or how long from @now ("90m",
 * "4h", "2d", "1w"). FALSE: none of them, or not within ten years. */
gboolean mado_due_read_time (const char *text, gint64 now, gint64 *at);
