/* verbs-queue.c: see verbs-queue.h. Which change is allowed is said by the rules (state-rule.h); here they are only asked. */
#include "madoguchi/desk/verbs-queue.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/text.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/desk/store-due.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-queue.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/desk/verbs-ticket.h"

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

/* --- at the end of duty --------------------------------------------------------------------------------- */

static gboolean
check_hand_over (const MadoCall *call, const MadoIncident *incident, const char *to, GError **error)
{
  if (g_strcmp0 (incident->owner, call->member) != 0)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s is not yours: assign gives what somebody else has, or nobody", incident->ticket);
  else if (mado_state_is_finished (incident->state))
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s is %s: there is nothing to hand over", incident->ticket, incident->state);
  else if (strcmp (to, call->member) == 0)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s is yours already", incident->ticket);
  else
    return mado_verbs_check_owner (call->desk->store, to, error);
  return FALSE;
}

static gboolean
apply_hand_over (const MadoCall *call, gint64 id, GError **error)
{
  const char *to = mado_verbs_string (call, "to");
  g_autofree char *note = read_words (call, "note");
  g_autofree char *text
      = g_strdup_printf ("Handed over to %s by %s%s%s", to, call->member, note != NULL ? ". " : "", note != NULL ? note : "");
  g_autoptr (MadoIncident) incident = mado_store_load_summary (call->desk->store, id, error);

  return incident != NULL && check_hand_over (call, incident, to, error) && mado_verbs_set_owner (call, id, to, text, error);
}

void
mado_verb_hand_over (MadoCall *call)
{
  const char *note = mado_verbs_string (call, "note");

  if (!mado_verbs_is_login (mado_verbs_string (call, "to")))
    mado_verbs_fail_usage (call, "a ticket is handed over to a member: hand-over TICKET --to LOGIN");
  else if (note != NULL && strlen (note) > MAX_REASON)
    mado_verbs_fail_usage (call, "the note is too long");
  else
    mado_verbs_change (call, apply_hand_over);
}

/* --- until when ----------------------------------------------------------------------------------------- */

/* What the argument "when" says: 0: nothing is due. */
static gboolean
read_when (const MadoCall *call, gint64 *at, gboolean *is_auto)
{
  const char *when = mado_verbs_string (call, "when");

  *at = 0;
  *is_auto = g_strcmp0 (when, "auto") == 0;
  return when != NULL && (*is_auto || strcmp (when, "none") == 0 || mado_due_read_time (when, call->desk->now (), at));
}

static gboolean
apply_due (const MadoCall *call, gint64 id, GError **error)
{
  const MadoDesk *desk = call->desk;
  gint64 at, now = desk->now ();
  gboolean is_auto = FALSE;
  g_autoptr (MadoIncident) incident = mado_store_load_summary (desk->store, id, error);

  if (incident == NULL || !read_when (call, &at, &is_auto))
    return FALSE;
  if (mado_state_is_finished (incident->state)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s is %s: nothing is due", incident->ticket, incident->state);
    return FALSE;
  }
  g_autofree char *time = at != 0 ? mado_text_time (at) : g_strdup ("nothing");
  g_autofree char *text = g_strdup_printf ("Due: %s", is_auto ? "as the configuration says" : time);
  return mado_store_add_event (desk->store, id, call->member, text, now, error)
         && mado_store_set_due (desk->store, desk->settings.due, id, at, is_auto ? NULL : call->member, error);
}

void
mado_verb_due (MadoCall *call)
{
  gint64 at;
  gboolean is_auto;

  if (read_when (call, &at, &is_auto))
    mado_verbs_change (call, apply_due);
  else
    mado_verbs_fail_usage (call, "due is a time (2026-11-24T09:00:00Z), a day (2026-11-24), how long from now (90m, 4h, 2d, 1w), none or auto");
}

/* --- what a member has read ----------------------------------------------------------------------------- */

/* No change of the ticket: nobody else sees it. */
typedef struct {
  MadoStore *store;
  MadoCall *call; /* waits for it; NULL: nobody does */
  char *login;
  gint64 id, entry;
} Reading;

static void
reading_free (Reading *reading)
{
  g_free (reading->login);
  g_free (reading);
}

static gboolean
apply_read (gpointer data, GError **error)
{
  const Reading *reading = data;

  return mado_store_set_seen (reading->store, reading->login, reading->id, reading->entry, error);
}

void
mado_verbs_mark_read (MadoDesk *desk, const char *login, gint64 id, const MadoIncident *incident)
{
  Reading *reading;

  if (incident->thread->len == 0)
    return;
  reading = g_new0 (Reading, 1);
  reading->store = desk->store;
  reading->login = g_strdup (login);
  reading->id = id;
  reading->entry = ((const MadoEntry *) incident->thread->pdata[incident->thread->len - 1])->id;
  mado_batch_add_owned (desk->batch, apply_read, reading, (GDestroyNotify) reading_free); /* if it fails it stays unread */
}

static gboolean
apply_unread (gpointer data, GError **error)
{
  const Reading *reading = data;

  return mado_store_set_unseen (reading->store, reading->login, reading->id, error);
}

static void
on_unread (gpointer data, const GError *error)
{
  Reading *reading = data;
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoIncident) incident = error == NULL ? mado_store_load_summary (reading->store, reading->id, &problem) : NULL;
  GVariantDict dict;

  if (incident == NULL || !mado_store_fill_unread (reading->store, incident, reading->login, &problem)) {
    mado_call_fail (reading->call, error != NULL ? error : problem);
  } else {
    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, "ticket", "s", incident->ticket);
    g_variant_dict_insert (&dict, "unread", "x", incident->unread);
    mado_call_answer (reading->call, g_variant_dict_end (&dict), -1);
  }
  reading_free (reading);
}

void
mado_verb_unread (MadoCall *call)
{
  Reading *reading;
  gint64 id;

  if (!mado_verbs_ticket (call, &id))
    return;
  reading = g_new0 (Reading, 1);
  reading->store = call->desk->store;
  reading->call = call;
  reading->login = g_strdup (call->member);
  reading->id = id;
  mado_batch_add (call->desk->batch, apply_unread, on_unread, reading);
}
