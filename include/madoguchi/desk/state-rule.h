/* state-rule.h: from which state a ticket may go to which: one table. Pure. docs/members.md, "States", shows it.
 *
 *   new        nobody has it
 *   open       somebody works on it
 *   waiting    for an answer from outside
 *   resolved   done
 *   rejected   not a matter for us, with a reason
 */
#pragma once

#include <glib.h>

/* Is @name a state? Is a ticket in it finished (resolved, rejected)? */
gboolean mado_state_is (const char *name);
gboolean mado_state_is_finished (const char *name);

/* What a member's change of state has to show. */
typedef struct {
  gboolean has_owner;  /* the ticket */
  gboolean has_reason; /* the change */
} MadoStateFacts;

/* May a member bring a ticket from @from to @to? Errors: NO, in words that say what to do instead; USAGE when only the reason is
 * missing. */
gboolean mado_state_check (const char *from, const char *to, const MadoStateFacts *facts, GError **error);

/* The state of a ticket in @state after a mail joined it: whatever was finished or waits is open again, so that no late mail is
 * lost from sight. */
const char *mado_state_after_mail (const char *state);
