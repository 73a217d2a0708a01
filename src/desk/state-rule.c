/* state-rule.c: see state-rule.h. Asked by verbs-queue.c for members and by settle.c for mails; must never look at the store. */
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/base/error.h"

#include <string.h>

typedef enum {
  NOTHING,
  A_REASON,
  NO_OWNER, /* what somebody has is not new */
} Need;

/* What stands here is allowed, all else is not. */
static const struct {
  const char *from, *to;
  Need needs;
} table[] = {
  { "new", "open", NOTHING },
  { "new", "waiting", NOTHING },
  { "new", "resolved", NOTHING },
  { "new", "rejected", A_REASON },
  { "open", "new", NO_OWNER },
  { "open", "waiting", NOTHING },
  { "open", "resolved", NOTHING },
  { "open", "rejected", A_REASON },
  { "waiting", "open", NOTHING },
  { "waiting", "resolved", NOTHING },
  { "waiting", "rejected", A_REASON },
  { "resolved", "open", NOTHING },
  { "rejected", "open", NOTHING },
};

static const struct {
  const char *name, *after_mail;
  gboolean is_finished;
} states[] = {
  { "new", "new", FALSE },
  { "open", "open", FALSE },
  { "waiting", "open", FALSE },
  { "resolved", "open", TRUE },
  { "rejected", "open", TRUE },
};

gboolean
mado_state_is (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].name, name) == 0)
      return TRUE;
  return FALSE;
}

gboolean
mado_state_is_finished (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].name, name) == 0)
      return states[i].is_finished;
  return FALSE;
}

const char *
mado_state_after_mail (const char *state)
{
  for (gsize i = 0; i < G_N_ELEMENTS (states); i++)
    if (strcmp (states[i].name, state) == 0)
      return states[i].after_mail;
  return "open"; /* of a later version: better seen once too often */
}

static gboolean
check_need (Need need, const MadoStateFacts *facts, GError **error)
{
  if (need == A_REASON && !facts->has_reason) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "a ticket is rejected with a reason: state TICKET rejected REASON");
    return FALSE;
  }
  if (need == NO_OWNER && facts->has_owner) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "a ticket that has an owner is not new: assign TICKET none comes first");
    return FALSE;
  }
  return TRUE;
}

/* The states that can be reached from @from. */
static char *
list_ways (const char *from)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].from, from) == 0)
      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", table[i].to);
  return g_strdup (list->str);
}

gboolean
mado_state_check (const char *from, const char *to, const MadoStateFacts *facts, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].from, from) == 0 && strcmp (table[i].to, to) == 0)
      return check_need (table[i].needs, facts, error);
  if (strcmp (from, to) == 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "the ticket is %s already", from);
    return FALSE;
  }
  g_autofree char *ways = list_ways (from);
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "from %s a ticket does not go to %s, but to: %s", from, to, ways);
  return FALSE;
}
