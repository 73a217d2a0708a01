/* verbs-queue.c: see verbs-queue.h. Which change is allowed is said by the rules (state-rule.h); here they are only asked. */
#include "madoguchi/desk/verbs-queue.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

#define MAX_REASON (1024 * 1024)

/* (transfer full) what a member wrote, as it may stand in a thread; NULL: nothing but blanks. */
static char *
read_words (const MadoCall *call, const char *name)
{
  const char *text = mado_verbs_string (call, name);
  char *visible = text != NULL ? g_strstrip (mado_text_visible (text)) : NULL;

  if (visible != NULL && *visible == '\0')
    g_clear_pointer (&visible, g_free);
  return visible;
}

static gboolean
apply_state (const MadoCall *call, gint64 id, GError **error)
{
  MadoStore *store = call->desk->store;
  gint64 now = call->desk->now ();
  const char *state = mado_verbs_string (call, "state");
  g_autofree char *reason = read_words (call, "reason");
  g_autoptr (MadoIncident) incident = mado_store_load_summary (store, id, error);

  if (incident == NULL)
    return FALSE;
  const MadoStateFacts facts = { incident->owner != NULL, reason != NULL };
  if (!mado_state_check (incident->state, state, &facts, error)) {
    g_prefix_error (error, "%s: ", incident->ticket);
    return FALSE;
  }
  g_autofree char *text
      = g_strdup_printf ("State: %s (was %s)%s%s", state, incident->state, reason != NULL ? ". " : "", reason != NULL ? reason : "");
  return mado_store_set_state (store, id, state, now, error)
         && mado_store_add_event (store, id, call->member, text, now, error);
}

void
mado_verb_state (MadoCall *call)
{
  const char *state = mado_verbs_string (call, "state");
  const char *reason = mado_verbs_string (call, "reason");

  if (state == NULL || !mado_state_is (state))
    mado_verbs_fail_usage (call, "the state must be new, open, waiting, resolved or rejected");
  else if (reason != NULL && strlen (reason) > MAX_REASON)
    mado_verbs_fail_usage (call, "the reason is too long");
  else
    mado_verbs_change (call, apply_state);
}
