/* settle.c: see settle.h. Asks the store for facts, the pure rules for a decision, and writes it down. */
#include "madoguchi/desk/settle.h"
#include "madoguchi/base/error.h"
#include "madoguchi/desk/answer.h"
#include "madoguchi/desk/draft.h"
#include "madoguchi/desk/each.h"
#include "madoguchi/desk/feed.h"
#include "madoguchi/desk/state-rule.h"
#include "madoguchi/desk/continuity.h"
#include "madoguchi/desk/store-case.h"
#include "madoguchi/desk/store-due.h"
#include "madoguchi/desk/store-feed.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-retention.h"
#include "madoguchi/desk/store-merge.h"
#include "madoguchi/desk/store-need.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/desk/thread.h"
#include "madoguchi/desk/triage-case.h"
#include "madoguchi/model/reply-token.h"

#include <string.h>

#define MAX_LOOKUPS 200 /* of ids or addresses that one mail may name */

void
mado_settled_clear (MadoSettled *settled)
{
  g_clear_pointer (&settled->state, g_free);
  g_clear_pointer (&settled->number, g_free);
}

/* --- facts ---------------------------------------------------------------------------------------------- */

/* The incident of the last of @ids that is an answer of ours. */
static gboolean
find_answers (const MadoSettler *settler, char **ids, gint64 *incident, GError **error)
{
  guint n = ids != NULL ? g_strv_length (ids) : 0;

  for (guint i = n; i > 0 && n - i < MAX_LOOKUPS && *incident == 0; i--)
    if (!mado_store_find_answer (settler->store, ids[i - 1], incident, error))
      return FALSE;
  return TRUE;
}

static gboolean
find_tokens (const MadoSettler *settler, char **addresses, gint64 *incident, GError **error)
{
  for (guint i = 0; addresses != NULL && addresses[i] != NULL && i < MAX_LOOKUPS && *incident == 0; i++) {
    g_autofree char *token = mado_thread_find_token (addresses[i], settler->settings->team);
    if (token != NULL && !mado_store_find_token (settler->store, token, incident, error))
      return FALSE;
  }
  return TRUE;
}

static const char *
get_from (const MadoReport *report)
{
  return report->from != NULL ? report->from->address : NULL;
}

/* The key that speaks, when what it said is proved. */
static const char *
get_signer (const MadoReport *report)
{
  gboolean is_good
      = report->signature == MADO_SIGNATURE_GOOD || report->signature == MADO_SIGNATURE_GOOD_UNTRUSTED;

  return is_good && report->signer != NULL ? report->signer->fingerprint : NULL;
}

static gboolean
find_tagged (const MadoSettler *settler, MadoThreadFacts *facts, GError **error)
{
  g_auto (GStrv) tags = mado_thread_find_tags (facts->report->subject, settler->settings->prefix);

  for (guint i = 0; tags[i] != NULL && facts->tagged == 0; i++)
    if (!mado_store_find_number (settler->store, tags[i], &facts->tagged, error))
      return FALSE;
  return facts->tagged == 0
         || mado_store_belongs (settler->store, facts->tagged, get_from (facts->report), get_signer (facts->report),
                                &facts->belongs, error);
}

/* Other teams' numbers in the subject. */
static gboolean
find_aliased (const MadoSettler *settler, MadoThreadFacts *facts, GError **error)
{
  const MadoReport *report = facts->report;
  char **ids = report->report != NULL ? report->report->thread_ids : NULL;

  for (guint i = 0; ids != NULL && ids[i] != NULL && i < MAX_LOOKUPS && !facts->alias_belongs; i++) {
    gint64 incident = 0;
    if (!mado_store_find_alias (settler->store, ids[i], get_from (report), get_signer (report), &incident, &facts->alias_belongs, error))
      return FALSE;
    if (incident != 0 && (facts->alias_belongs || (facts->aliased == 0 && mado_thread_names_team (ids[i]))))
      facts->aliased = incident;
  }
  return TRUE;
}

static gboolean
find_same (const MadoSettler *settler, const char *queue_id, MadoThreadFacts *facts, GError **error)
{
  g_autoptr (MadoMail) same = NULL;

  if (facts->report->message_id == NULL)
    return TRUE;
  if (!mado_store_find_message_id (settler->store, facts->report->message_id, facts->report->content_sha256, queue_id,
                                   &same, &facts->clash, error))
    return FALSE;
  facts->same = same != NULL;
  facts->same_in = same != NULL ? same->incident : 0;
  return TRUE;
}

static gboolean
gather_facts (const MadoSettler *settler, const MadoEnvelope *envelope, MadoThreadFacts *facts, GError **error)
{
  const MadoReport *report = facts->report;
  const MadoHeaderFacts *headers = report->headers;
  gboolean returns = headers != NULL && (headers->is_delivery_report || headers->is_receipt);

  if (!find_same (settler, envelope->queue_id, facts, error))
    return FALSE;
  if (returns && !find_answers (settler, headers->reported_ids, &facts->reported, error))
    return FALSE;
  if (report->message_id != NULL && !mado_store_find_answer (settler->store, report->message_id, &facts->own, error))
    return FALSE;
  if (headers != NULL
      && (!find_answers (settler, headers->in_reply_to, &facts->referenced, error)
          || !find_answers (settler, headers->references, &facts->referenced, error)))
    return FALSE;
  return find_tokens (settler, envelope->recipients, &facts->tokened, error)
         && find_tokens (settler, report->to, &facts->tokened, error) && find_tagged (settler, facts, error)
         && find_aliased (settler, facts, error);
}

/* The reasons for which a mail waits for a member's yes to join a thread. */
static gboolean
is_unconfirmed (const char *reason)
{
  return g_strcmp0 (reason, "unconfirmed-tag") == 0 || g_strcmp0 (reason, "unconfirmed-alias") == 0;
}

/* --- writing it down ------------------------------------------------------------------------------------ */

static gboolean
create_incident (const MadoSettler *settler, const MadoReport *report, MadoSettled *settled, GError **error)
{
  g_autofree char *token = mado_reply_token_new (settler->settings->door_secret);
  MadoNewIncident facts = { .token = token };

  if (report != NULL) {
    facts.subject = report->subject;
    facts.reporter = get_from (report);
    facts.language = report->language;
    facts.encryption = report->encryption;
    facts.signature = report->signature;
  }
  return mado_store_create_incident (settler->store, &facts, settler->now, &settled->incident, &settled->number, error);
}

static gboolean
add_event (const MadoSettler *settler, gint64 incident, const char *member, GError **error, const char *format, ...)
    G_GNUC_PRINTF (5, 6);

static gboolean
add_event (const MadoSettler *settler, gint64 incident, const char *member, GError **error, const char *format, ...)
{
  va_list arguments;

  if (incident == 0)
    return TRUE;
  va_start (arguments, format);
  g_autofree char *text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return mado_store_add_event (settler->store, incident, member, text, settler->now, error);
}

/* The automatic answer to a mail in @state, if it gets one. */
static gboolean
add_answer (const MadoSettler *settler, const MadoEnvelope *envelope, const MadoReport *report, const char *state,
            gboolean is_clash, MadoSettled *settled, GError **error)
{
  MadoAnswerCase mail = { .envelope = envelope, .report = report, .is_clash = is_clash,
                                .is_new_ticket = strcmp (state, MADO_MAIL_TICKET) == 0,
                                .is_same_mail = strcmp (state, MADO_MAIL_DUPLICATE) == 0 };

  g_autoptr (MadoTriage) triage = NULL;

  if (mail.is_new_ticket && (triage = mado_store_load_triage (settler->store, settled->incident, error)) == NULL)
    return FALSE;
  mail.triage = triage;
  return mado_answer_add (settler, &mail, settled, error);
}

static gboolean
tell_undecryptable (const MadoSettler *settler, gint64 incident, const MadoReport *report, GError **error)
{
  if (report->undecryptable == NULL)
    return TRUE;
  g_autoptr (GString) keys = g_string_new (NULL);
  for (guint i = 0; report->undecryptable->encrypted_to[i] != NULL; i++) {
    const char *key = report->undecryptable->encrypted_to[i]; /* a key id, or the serial number of a certificate */
    g_string_append_printf (keys, "%s%s%s", i == 0 ? "; encrypted to " : ", ", *key == '#' ? "" : "0x", key);
  }
  return add_event (settler, incident, NULL, error, "This mail cannot be opened: %s%s", report->undecryptable->reason, keys->str);
}

/* Does the mail come with the keys that its sender is known by? @may_learn: is it one that counts, not one that waits for
 * a member's yes? */
static gboolean
watch_keys (const MadoSettler *settler, const char *queue_id, gint64 incident, const MadoReport *report, gboolean may_learn,
            GError **error)
{
  g_auto (MadoContinuity) found = { 0 };
  g_autoptr (GPtrArray) known = NULL;
  gboolean is_new = FALSE;

  if (get_from (report) == NULL)
    return TRUE;
  known = mado_store_list_known_keys (settler->store, get_from (report), MAX_LOOKUPS, error);
  if (known == NULL)
    return FALSE;
  mado_continuity_judge (report, known, &found);
  if (!found.is_checked)
    return TRUE;
  if (!mado_store_set_key_warning (settler->store, queue_id, found.warning, &is_new, error))
    return FALSE;
  if (is_new) {
    g_autofree char *words = mado_continuity_describe (found.warning, queue_id);
    if (!add_event (settler, incident, NULL, error, "%s", words))
      return FALSE;
  }
  if (!may_learn)
    return TRUE;
  return (found.signs == NULL || mado_store_remember_key (settler->store, get_from (report), found.signs, settler->now, error))
         && (found.offers == NULL
             || mado_store_remember_key (settler->store, get_from (report), found.offers, settler->now, error));
}

static const char *
get_field (const MadoReport *report, const char *name)
{
  char **fields = report->report != NULL ? report->report->fields : NULL;

  for (guint i = 0; fields != NULL && fields[i] != NULL && fields[i + 1] != NULL; i += 2)
    if (g_ascii_strcasecmp (fields[i], name) == 0)
      return fields[i + 1];
  return NULL;
}

/* A delivery report came for an answer of ours: its delivery has failed, when it says so, or says nothing. @how: it came
 * into the thread. */
static gboolean
mark_returned (const MadoSettler *settler, gint64 incident, const MadoReport *report, const char *how, GError **error)
{
  char **ids = report->headers->reported_ids;
  const char *action = get_field (report, "action"), *recipient = get_field (report, "recipient");
  gboolean is_failure = action == NULL || g_ascii_strcasecmp (action, "failed") == 0, is_found = FALSE, changed = FALSE;
  gboolean is_guessed = strcmp (how, "tag") == 0 || strcmp (how, "alias") == 0;
  gint64 known = 0;

  for (guint i = 0; is_failure && ids[i] != NULL && i < MAX_LOOKUPS; i++) {
    if (!mado_store_set_bounced (settler->store, ids[i], &changed, error)
        || !mado_store_find_answer (settler->store, ids[i], &known, error)
        || (changed
            && !add_event (settler, incident, NULL, error, "Our answer %s came back: it could not be delivered", ids[i])))
      return FALSE;
    is_found = is_found || known != 0;
  }
  if (!is_failure || is_found || is_guessed || recipient == NULL) /* it came by our token: then for whom it was tells which one */
    return TRUE;
  return mado_store_set_bounced_to (settler->store, incident, recipient, &changed, error)
         && (!changed
             || add_event (settler, incident, NULL, error, "Our newest answer to that address came back: it could not be delivered"));
}

/* The reporter spoke again: a ticket that waited for it, or was done, is open again. */
static gboolean
wake_up (const MadoSettler *settler, gint64 id, GError **error)
{
  g_autoptr (MadoIncident) incident = mado_store_load_summary (settler->store, id, error);

  if (incident == NULL)
    return FALSE;
  const char *state = mado_state_after_mail (incident->state);
  if (strcmp (incident->state, state) == 0)
    return TRUE;
  return mado_store_set_state (settler->store, id, state, settler->now, error)
         && add_event (settler, id, NULL, error, "Open again: a new mail joined (it was %s)", incident->state)
         && mado_store_renew_due (settler->store, settler->settings->due, id, error);
}

static gboolean
write_thread (const MadoSettler *settler, const MadoEnvelope *envelope, const MadoReport *report,
              const MadoThreadVerdict *verdict, MadoSettled *settled, GError **error)
{
  const char *state = verdict->state;

  if (strcmp (state, MADO_MAIL_FEED) == 0)
    return mado_store_put_feed (settler->store, envelope->queue_id, report, error);
  if (strcmp (state, MADO_MAIL_DUPLICATE) == 0)
    return add_event (settler, settled->incident, NULL, error, "The same mail came again (%s)", envelope->queue_id);
  if (strcmp (state, MADO_MAIL_HELD) == 0)
    return add_event (settler, settled->incident, NULL, error,
                      "Held for a member's yes: a mail names %s, its sender is not known here (%s)",
                      strcmp (verdict->reason, "unconfirmed-alias") == 0 ? "another team's number of this case" : "this ticket",
                      envelope->queue_id);
  if (!mado_store_add_mail (settler->store, settled->incident, envelope->queue_id, settler->now, error)
      || !tell_undecryptable (settler, settled->incident, report, error))
    return FALSE;
  if (verdict->is_clash
      && !add_event (settler, settled->incident, NULL, error,
                     "Message-ID clash: another mail with the same Message-ID, but other content, came before (%s)",
                     envelope->queue_id))
    return FALSE;
  if (strcmp (state, MADO_MAIL_BOUNCE) == 0)
    return mark_returned (settler, settled->incident, report, verdict->reason, error);
  if (strcmp (state, MADO_MAIL_JOINED) == 0)
    return wake_up (settler, settled->incident, error);
  return TRUE;
}

/* TRUE in @done: nothing is left to do. */
static gboolean
check_settled (const MadoSettler *settler, const char *queue_id, MadoSettled *settled, gboolean *done, GError **error)
{
  g_autoptr (MadoMail) mail = mado_store_find_mail (settler->store, queue_id, error);

  if (mail == NULL)
    return FALSE;
  *done = strcmp (mail->state, MADO_MAIL_PENDING) != 0;
  if (!*done)
    return TRUE;
  settled->state = g_strdup (mail->state);
  settled->incident = mail->incident;
  settled->number = g_strdup (mail->number);
  settled->reason = "done-before";
  settled->was_settled = TRUE;
  return TRUE;
}

static gboolean
load_number (const MadoSettler *settler, MadoSettled *settled, GError **error)
{
  if (settled->incident == 0)
    return TRUE;
  g_autoptr (MadoIncident) incident = mado_store_load_summary (settler->store, settled->incident, error);
  if (incident == NULL)
    return FALSE;
  settled->number = g_strdup (incident->number);
  return TRUE;
}

/* What a mail that is in the thread says of its incident: marks, other teams' numbers, indicators, what the rules think of
 * it. */
static gboolean
learn_case (const MadoSettler *settler, gint64 incident, const char *queue_id, const MadoReport *report, gboolean is_joined,
            GError **error)
{
  const MadoReportBody *body = report->report;
  MadoNeedFacts before;

  return mado_store_load_need (settler->store, NULL, incident, &before, error)
         && (body == NULL
             || mado_store_mark_case (settler->store, incident, body->tlp, body->pap, (const char *const *) body->external_ids, error))
         && mado_store_count_indicators (settler->store, incident, error)
         && mado_each_triage (settler, incident, queue_id, report, is_joined, error)
         && mado_store_tell_narrowed (settler->store, incident, before.is_narrow, NULL, settler->now, error)
         && mado_store_renew_due (settler->store, settler->settings->due, incident, error);
}

static gboolean
learn_stored (const MadoSettler *settler, gint64 incident, const char *queue_id, gboolean is_joined, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoReport) report = mado_store_load_report (settler->store, queue_id, &problem);

  if (report != NULL)
    return learn_case (settler, incident, queue_id, report, is_joined, error);
  if (!g_error_matches (problem, MADO_ERROR, MADO_ERROR_TEMP))
    return TRUE; /* a mail that could not be read says nothing */
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

/* @settled is the caller's even on failure: a second call begins anew. */
static void
begin (MadoSettled *settled)
{
  mado_settled_clear (settled);
  memset (settled, 0, sizeof *settled);
}

gboolean
mado_settle_report (const MadoSettler *settler, const MadoEnvelope *envelope, const MadoReport *report,
                    MadoSettled *settled, GError **error)
{
  MadoThreadFacts facts = { .report = report, .is_feed = mado_feed_is (report) };
  gboolean done = FALSE;

  begin (settled);
  if (!check_settled (settler, envelope->queue_id, settled, &done, error))
    return FALSE;
  if (done)
    return TRUE;
  if (!gather_facts (settler, envelope, &facts, error))
    return FALSE;
  MadoThreadVerdict verdict = mado_thread_decide (&facts);
  gboolean is_new = strcmp (verdict.state, MADO_MAIL_TICKET) == 0, is_joined = strcmp (verdict.state, MADO_MAIL_JOINED) == 0;
  settled->state = g_strdup (verdict.state);
  settled->incident = verdict.incident;
  settled->reason = verdict.reason;
  if (!(is_new ? create_incident (settler, report, settled, error) : load_number (settler, settled, error)))
    return FALSE;
  return mado_store_settle_mail (settler->store, envelope->queue_id, verdict.state, settled->incident, verdict.reason,
                                 report, settler->now, error)
         && write_thread (settler, envelope, report, &verdict, settled, error)
         && (!is_new || mado_each_create (settler, envelope->queue_id, report, settled, error))
         && (!(is_new || is_joined) || learn_case (settler, settled->incident, envelope->queue_id, report, is_joined, error))
         && (strcmp (verdict.state, MADO_MAIL_DUPLICATE) == 0 || strcmp (verdict.state, MADO_MAIL_FEED) == 0
             || watch_keys (settler, envelope->queue_id, settled->incident, report,
                            strcmp (verdict.state, MADO_MAIL_HELD) != 0, error))
         && add_answer (settler, envelope, report, verdict.state, verdict.is_clash, settled, error);
}

static const char *
explain (const char *reason)
{
  if (strcmp (reason, "limit") == 0)
    return "reading it went over a limit";
  if (strcmp (reason, "broken") == 0)
    return "its file in the spool is damaged";
  if (strcmp (reason, "store-damaged") == 0)
    return "what is stored of its sender or its thread does not belong there, or was changed";
  if (strcmp (reason, "no-mail") == 0)
    return "it has no header field, so it is no mail";
  return "the program that reads mails failed on it";
}

gboolean
mado_settle_held (const MadoSettler *settler, const MadoEnvelope *envelope, const char *reason,
                  const MadoReport *partial, MadoSettled *settled, GError **error)
{
  gboolean done = FALSE;

  begin (settled);
  if (!check_settled (settler, envelope->queue_id, settled, &done, error))
    return FALSE;
  if (done)
    return TRUE;
  settled->state = g_strdup (MADO_MAIL_HELD);
  settled->reason = reason;
  return create_incident (settler, partial, settled, error)
         && mado_store_settle_mail (settler->store, envelope->queue_id, MADO_MAIL_HELD, settled->incident, reason,
                                    partial, settler->now, error)
         && mado_store_add_mail (settler->store, settled->incident, envelope->queue_id, settler->now, error)
         && add_event (settler, settled->incident, NULL, error, "Held: %s (%s). The raw mail is kept.",
                       explain (reason), envelope->queue_id)
         && (partial == NULL
             || (mado_triage_case (settler, settled->incident, envelope->queue_id, partial, FALSE, error)
                 && add_answer (settler, envelope, partial, MADO_MAIL_TICKET, FALSE, settled, error)));
}

/* --- what members ask for ------------------------------------------------------------------------------- */

static gboolean
load_mail (const MadoSettler *settler, const char *queue_id, MadoMail **mail, MadoSettled *settled, GError **error)
{
  begin (settled);
  *mail = mado_store_find_mail (settler->store, queue_id, error);
  if (*mail == NULL)
    return FALSE;
  settled->state = g_strdup ((*mail)->state);
  settled->incident = (*mail)->incident;
  settled->number = g_strdup ((*mail)->number);
  settled->reason = "member";
  return TRUE;
}

/* A ticket that was made for a mail nobody could read, and can now be answered for the first time. */
static gboolean
answer_late (const MadoSettler *settler, const char *queue_id, const MadoReport *report, MadoSettled *settled,
             GError **error)
{
  gint64 answers = 0;

  if (!mado_store_count_drafts (settler->store, settled->incident, &answers, error))
    return FALSE;
  if (answers > 0)
    return TRUE;
  g_autoptr (MadoEnvelope) envelope = mado_store_load_envelope (settler->store, queue_id, error);
  return envelope != NULL && add_answer (settler, envelope, report, MADO_MAIL_TICKET, FALSE, settled, error);
}

gboolean
mado_settle_again (const MadoSettler *settler, const char *queue_id, const MadoReport *report, MadoSettled *settled,
                   GError **error)
{
  g_autoptr (MadoMail) mail = NULL;

  gboolean is_checked = FALSE, leads = FALSE;

  if (!load_mail (settler, queue_id, &mail, settled, error)
      || !mado_store_check_kept (settler->store, queue_id, error) /* it may have been erased while it was opened */
      || !mado_store_replace_report (settler->store, queue_id, report, error)
      || !mado_store_is_key_checked (settler->store, queue_id, &is_checked, error))
    return FALSE;
  if (strcmp (mail->state, MADO_MAIL_FEED) == 0)
    return mado_store_put_feed (settler->store, queue_id, report, error);
  gboolean was_held = strcmp (mail->state, MADO_MAIL_HELD) == 0;
  if (!is_checked && strcmp (mail->state, MADO_MAIL_DUPLICATE) != 0
      && !watch_keys (settler, queue_id, mail->incident, report, !was_held, error))
    return FALSE;
  if (was_held && is_unconfirmed (mail->reason))
    return TRUE; /* still a member's decision */
  gboolean is_joined = strcmp (mail->state, MADO_MAIL_JOINED) == 0;
  if (!was_held && !is_joined && strcmp (mail->state, MADO_MAIL_TICKET) != 0)
    return TRUE;
  if (!learn_case (settler, mail->incident, queue_id, report, is_joined, error))
    return FALSE;
  if (!mado_store_may_lead (settler->store, queue_id, &leads, error))
    return FALSE;
  if (was_held) {
    if (!mado_store_settle_mail (settler->store, queue_id, leads ? MADO_MAIL_TICKET : MADO_MAIL_JOINED, mail->incident, "retried", NULL,
                                 settler->now, error)
        || !add_event (settler, mail->incident, NULL, error, "The held mail could be read now (%s)", queue_id)
        || !answer_late (settler, queue_id, report, settled, error))
      return FALSE;
    g_free (settled->state);
    settled->state = g_strdup (leads ? MADO_MAIL_TICKET : MADO_MAIL_JOINED);
  }
  return is_joined || !leads
         || mado_store_refresh_incident (settler->store, mail->incident, report->subject, report->language,
                                         report->encryption, report->signature, error);
}

static gboolean
check_held (const MadoMail *mail, GError **error)
{
  if (strcmp (mail->state, MADO_MAIL_HELD) == 0)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "%s: not held", mail->queue_id);
  return FALSE;
}

gboolean
mado_settle_release (const MadoSettler *settler, const char *queue_id, const char *member, MadoSettled *settled,
                     GError **error)
{
  g_autoptr (MadoMail) mail = NULL;

  gboolean leads = FALSE;

  if (!load_mail (settler, queue_id, &mail, settled, error) || !check_held (mail, error)
      || !mado_store_may_lead (settler->store, queue_id, &leads, error))
    return FALSE;
  gboolean is_join = is_unconfirmed (mail->reason) || !leads;
  const char *state = is_join ? MADO_MAIL_JOINED : MADO_MAIL_TICKET;
  g_free (settled->state);
  settled->state = g_strdup (state);
  return mado_store_settle_mail (settler->store, queue_id, state, mail->incident, "released", NULL, settler->now, error)
         && mado_store_add_mail (settler->store, mail->incident, queue_id, settler->now, error)
         && add_event (settler, mail->incident, member, error, "Released the held mail %s", queue_id)
         && learn_stored (settler, mail->incident, queue_id, is_join, error)
         && (!is_join || wake_up (settler, mail->incident, error));
}

gboolean
mado_settle_drop (const MadoSettler *settler, const char *queue_id, const char *member, MadoSettled *settled,
                  GError **error)
{
  g_autoptr (MadoMail) mail = NULL;

  if (!load_mail (settler, queue_id, &mail, settled, error) || !check_held (mail, error))
    return FALSE;
  g_free (settled->state);
  settled->state = g_strdup (MADO_MAIL_DROPPED);
  return mado_store_settle_mail (settler->store, queue_id, MADO_MAIL_DROPPED, mail->incident, "dropped", NULL,
                                 settler->now, error)
         && add_event (settler, mail->incident, member, error, "Dropped the held mail %s", queue_id);
}
