/* split.c: see split.h. Called by verbs-link.c. Must never leave a ticket without a mail. */
#include "madoguchi/desk/split.h"
#include "madoguchi/desk/each.h"
#include "madoguchi/desk/need-keep.h"
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-link.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-merge.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-retention.h"
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/model/reply-token.h"
#include "madoguchi/model/tlp.h"
#include "madoguchi/base/error.h"

#include <string.h>

static gint
compare_ids (gconstpointer a, gconstpointer b)
{
  gint64 x = *(const gint64 *) a, y = *(const gint64 *) b;

  return x < y ? -1 : x > y;
}

/* (transfer full) the queue ids of the mails that the lines show, in the thread's order, each once. */
static GPtrArray *
find_mails (MadoStore *store, const MadoIncident *ticket, gint64 incident, const gint64 *entries, gsize n, GError **error)
{
  g_autoptr (GArray) order = g_array_sized_new (FALSE, FALSE, sizeof (gint64), (guint) n);
  g_autoptr (GPtrArray) mails = g_ptr_array_new_with_free_func (g_free);

  g_array_append_vals (order, entries, (guint) n);
  g_array_sort (order, compare_ids);
  for (guint i = 0; i < order->len; i++) {
    gint64 entry = g_array_index (order, gint64, i);
    g_autoptr (GError) problem = NULL;
    if (i > 0 && entry == g_array_index (order, gint64, i - 1))
      continue;
    char *mail = mado_store_find_entry_mail (store, incident, entry, &problem);
    if (mail == NULL && g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO)) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_NO,
                   "message %" G_GINT64_FORMAT " is no mail in %s: only mails that came in can be split off; answers go with them",
                   entry, ticket->ticket);
      return NULL;
    }
    if (mail == NULL) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return NULL;
    }
    g_ptr_array_add (mails, mail);
  }
  return g_steal_pointer (&mails);
}

/* @report: (transfer full, nullable) of a mail; one that could not be read has none. */
static gboolean
load_report (MadoStore *store, const char *queue_id, MadoReport **report, GError **error)
{
  g_autoptr (GError) problem = NULL;

  *report = mado_store_load_report (store, queue_id, &problem);
  if (*report != NULL || !g_error_matches (problem, MADO_ERROR, MADO_ERROR_TEMP))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static gboolean
create (const MadoSettler *settler, const char *queue_id, gint64 *made, char **number, GError **error)
{
  g_autofree char *token = mado_reply_token_new (settler->settings->door_secret);
  MadoNewIncident facts = { .token = token };
  g_autoptr (MadoReport) report = NULL;

  if (!load_report (settler->store, queue_id, &report, error))
    return FALSE;
  if (report != NULL) {
    facts.subject = report->subject;
    facts.reporter = report->from != NULL ? report->from->address : NULL;
    facts.language = report->language;
    facts.encryption = report->encryption;
    facts.signature = report->signature;
  }
  return mado_store_create_incident (settler->store, &facts, settler->now, made, number, error);
}

/* What the mail says of its new ticket. */
static gboolean
learn (const MadoSettler *settler, gint64 incident, const char *queue_id, gboolean leads, GError **error)
{
  g_autoptr (MadoReport) report = NULL;

  if (!load_report (settler->store, queue_id, &report, error))
    return FALSE;
  if (report == NULL)
    return TRUE;
  const MadoReportBody *body = report->report;
  return (body == NULL
          || mado_store_mark_case (settler->store, incident, body->tlp, body->pap, (const char *const *) body->external_ids, error))
         && mado_each_triage (settler, incident, queue_id, report, !leads, error);
}

/* Is the mail one that can make a ticket? A held one waits. */
static gboolean
can_lead (MadoStore *store, const char *queue_id, gboolean *can, GError **error)
{
  g_autoptr (MadoMail) mail = mado_store_find_mail (store, queue_id, error);

  if (mail == NULL)
    return FALSE;
  *can = strcmp (mail->state, MADO_MAIL_HELD) != 0 && strcmp (mail->state, MADO_MAIL_DROPPED) != 0;
  return TRUE;
}

static gboolean
move_all (const MadoSettler *settler, const GPtrArray *mails, gint64 made, GError **error)
{
  gboolean has_lead = FALSE;

  for (guint i = 0; i < mails->len; i++) {
    const char *id = mails->pdata[i];
    gboolean leads = FALSE;
    if (!has_lead && !can_lead (settler->store, id, &leads, error))
      return FALSE;
    has_lead = has_lead || leads;
    if (!mado_store_move_mail (settler->store, id, made, leads, error) || !learn (settler, made, id, leads, error))
      return FALSE;
  }
  return mado_store_count_indicators (settler->store, made, error);
}

/* The ticket that the mails left shows what is left in it. */
static gboolean
mend (const MadoSettler *settler, gint64 incident, GError **error)
{
  MadoStore *store = settler->store;
  g_autofree char *lead = NULL;
  g_autoptr (MadoReport) report = NULL;
  gboolean has_changed = FALSE;

  if (!mado_store_find_lead (store, incident, &lead, &has_changed, error) || !mado_store_count_indicators (store, incident, error)
      || (has_changed && !load_report (store, lead, &report, error)))
    return FALSE;
  return (report == NULL
          || (mado_store_refresh_incident (store, incident, report->subject, report->language, report->encryption, report->signature, error)
              && mado_store_set_reporter (store, incident, report->from != NULL ? report->from->address : NULL, error)))
         && mado_store_apply_decisions (store, incident, NULL, error);
}

/* What was for few eyes stays for few. */
static gboolean
keep_tlp (const MadoSettler *settler, const MadoIncident *before, gint64 made, const char *member, GError **error)
{
  g_autoptr (MadoIncident) after = mado_store_load_summary (settler->store, made, error);

  if (after == NULL)
    return FALSE;
  return mado_tlp_level (after->tlp) >= mado_tlp_level (before->tlp)
         || (mado_store_add_decision (settler->store, made, "tlp", before->tlp, member, settler->now, error)
             && mado_store_apply_decisions (settler->store, made, NULL, error));
}

/* Who might read the mails where they were, may here; an owner that the rules chose is no reason. */
static gboolean
keep_need (const MadoSettler *settler, gint64 made, const MadoNeedKept *kept, const char *member, GError **error)
{
  gboolean is_out = FALSE;

  if (!mado_need_apply (settler->store, made, kept, &is_out, error))
    return FALSE;
  if (is_out
      && (!mado_store_add_decision (settler->store, made, "owner", NULL, member, settler->now, error)
          || !mado_store_apply_decisions (settler->store, made, NULL, error)
          || !mado_need_apply (settler->store, made, kept, &is_out, error)))
    return FALSE;
  g_autoptr (MadoIncident) after = mado_store_load_summary (settler->store, made, error);
  if (after == NULL)
    return FALSE;
  /* Its own mails are marked, and the ticket they came from was opened by a member. */
  return kept->names != NULL || !after->restricted
         || mado_store_add_named (settler->store, made, member, member, settler->now, error);
}

static gboolean
tell (const MadoSettler *settler, gint64 incident, gint64 made, const MadoIncident *ticket, const char *number, guint n,
      const char *member, GError **error)
{
  MadoStore *store = settler->store;
  g_autofree char *here = g_strdup_printf ("Split off into %s #%s: mails: %u", settler->settings->prefix, number, n);
  g_autofree char *there = g_strdup_printf ("Split off from %s: mails: %u", ticket->ticket, n);

  return mado_store_add_event (store, incident, member, here, settler->now, error)
         && mado_store_add_event (store, made, member, there, settler->now, error)
         && mado_store_put_link (store, incident, made, mado_link_kind ("related"), member, settler->now, error);
}

gboolean
mado_split_mails (const MadoSettler *settler, gint64 incident, const gint64 *entries, gsize n, const char *member, gint64 *made,
                  GError **error)
{
  MadoStore *store = settler->store;
  g_autoptr (MadoIncident) ticket = mado_store_load_summary (store, incident, error);
  g_autoptr (GPtrArray) mails = ticket != NULL ? find_mails (store, ticket, incident, entries, n, error) : NULL;
  g_autofree char *number = NULL;
  gint64 all = 0, id = 0;

  if (mails == NULL || !mado_store_count_mails (store, incident, &all, error))
    return FALSE;
  if (mails->len == 0 || (gint64) mails->len >= all) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s has %" G_GINT64_FORMAT " mails: one at least must stay in it, and one must go",
                 ticket->ticket, all);
    return FALSE;
  }
  g_auto (MadoNeedKept) kept = { 0 };
  if (!mado_need_keep (store, incident, 0, &kept, error) || !create (settler, mails->pdata[0], &id, &number, error) || !move_all (settler, mails, id, error)
      || !mend (settler, incident, error) || !keep_tlp (settler, ticket, id, member, error)
      || !keep_need (settler, id, &kept, member, error)
      || !mado_store_spread_hold (store, incident, id, error)
      || !tell (settler, incident, id, ticket, number, mails->len, member, error))
    return FALSE;
  *made = id;
  return TRUE;
}
