/* verbs-retention.c: see verbs-retention.h. */
#include "madoguchi/desk/verbs-retention.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/retention.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-retention.h"
#include "madoguchi/desk/verbs.h"

#include <string.h>

#define MAX_REASON 1000
#define MAX_SHOWN 10000
#define MAX_ERASED 100 /* in one transaction: others wait for it */

static gboolean
apply_hold (const MadoCall *call, gint64 id, GError **error)
{
  const char *reason = mado_verbs_string (call, "reason");
  g_autofree char *visible = reason != NULL ? mado_text_visible (reason) : NULL;
  gint64 now = call->desk->now ();
  gboolean release = FALSE;

  g_variant_lookup (call->request.body, "release", "b", &release);
  return mado_store_set_hold (call->desk->store, id, release ? NULL : call->member, visible, now, error)
         && mado_store_add_event (call->desk->store, id, call->member,
                                  release ? "Hold released: it may be erased again" : "On hold: nothing of it may be erased", now, error);
}

void
mado_verb_hold (MadoCall *call)
{
  const char *reason = mado_verbs_string (call, "reason");

  if (reason != NULL && strlen (reason) > MAX_REASON)
    mado_verbs_fail_usage (call, "the reason is too long");
  else
    mado_verbs_change (call, apply_hold);
}

static gboolean
apply_erase (const MadoCall *call, gint64 id, GError **error)
{
  if (!mado_store_erase_incident (call->desk->store, id, call->member, NULL, call->desk->now (), error))
    return FALSE;
  mado_retention_sweep (call->desk->retention);
  return TRUE;
}

void
mado_verb_erase (MadoCall *call)
{
  mado_verbs_change (call, apply_erase);
}

void
mado_verb_retention_status (MadoCall *call)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) due = mado_retention_list (call->desk->retention, call->desk->now (), MAX_SHOWN, &error);

  if (due == NULL)
    mado_call_fail (call, error);
  else
    mado_call_answer (call, mado_verbs_items (&mado_expired_type, due), -1);
}

typedef struct {
  MadoCall *call;
  GPtrArray *due; /* what was tried */
} Run;

static gboolean
apply_run (gpointer data, GError **error)
{
  Run *run = data;
  MadoDesk *desk = run->call->desk;

  g_clear_pointer (&run->due, g_ptr_array_unref); /* of a try that was rolled back */
  run->due = mado_retention_run (desk->retention, desk->now (), MAX_ERASED, error);
  return run->due != NULL;
}

static void
on_run (gpointer data, const GError *error)
{
  Run *run = data;

  if (error != NULL)
    mado_call_fail (run->call, error);
  else
    mado_call_answer (run->call, mado_verbs_items (&mado_expired_type, run->due), -1);
  g_clear_pointer (&run->due, g_ptr_array_unref);
  g_free (run);
}

void
mado_verb_retention_run (MadoCall *call)
{
  Run *run = g_new0 (Run, 1);

  run->call = call;
  mado_call_change (call, apply_run, on_run, run);
  mado_retention_sweep (call->desk->retention);
}
