/* policy-trial.c: see policy-trial.h. Called by verbs-policy.c. The same judges as of a mail that comes in (triage.h, policy.h), with
 * the facts that the store still has. Must never change anything. */
#include "madoguchi/desk/policy-trial.h"
#include "madoguchi/desk/policy.h"
#include "madoguchi/desk/reply-words.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-policy.h"
#include "madoguchi/desk/store-triage.h"
#include "madoguchi/desk/triage.h"
#include "madoguchi/base/error.h"
#include "madoguchi/model/event.h"

#include <string.h>

#define MAX_MAILS 100
#define ANY_KEY "-" /* as in answer.c */

typedef struct {
  const MadoDesk *desk;
  gint64 incident;
  MadoTriage *stored;    /* what it shows */
  MadoPolicyTrial *trial;
  GHashTable *judged;    /* set of queue ids */
  char *first;           /* the mail that made it; nullable */
  MadoReport *report;    /* of that one */
} Trial;

/* --- the rules ------------------------------------------------------------------------------------------ */

/* FALSE without @error: this mail has nothing that could be judged. */
static gboolean
judge_mail (Trial *run, const char *queue_id, GError **error)
{
  MadoStore *store = run->desk->store;
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoMail) mail = mado_store_find_mail (store, queue_id, error);
  MadoTriageHistory history = { FALSE, FALSE };

  if (mail == NULL)
    return FALSE;
  history.is_joined = strcmp (mail->state, MADO_MAIL_JOINED) == 0;
  if (!history.is_joined && strcmp (mail->state, MADO_MAIL_TICKET) != 0)
    return FALSE;
  g_autoptr (MadoReport) report = mado_store_load_report (store, queue_id, &problem);
  if (report == NULL && g_error_matches (problem, MADO_ERROR, MADO_ERROR_TEMP))
    g_propagate_error (error, g_steal_pointer (&problem));
  if (report == NULL || !mado_store_is_related (store, queue_id, &history.is_related, error))
    return FALSE;
  g_autoptr (MadoTriage) mine = mado_triage_judge (run->desk->rules, report, &history);
  for (guint i = 0; i < mine->decisions->len; i++) {
    MadoDecision *decision = mado_decision_copy (mine->decisions->pdata[i]);
    decision->queue_id = g_strdup (queue_id);
    decision->date = mail->received;
    g_ptr_array_extend_and_steal (decision->rule_event, mado_event_read_rule (decision->rule));
    g_ptr_array_extend_and_steal (decision->because_event, mado_event_read_reason (decision->because));
    g_ptr_array_add (run->trial->triage->decisions, decision);
  }
  g_hash_table_add (run->judged, g_strdup (queue_id));
  run->trial->mails++;
  if (run->first == NULL && !history.is_joined) {
    run->first = g_strdup (queue_id);
    run->report = g_steal_pointer (&report);
  }
  return TRUE;
}

/* What members decided, and what no mail can be asked for again, counts as before. @members: theirs, or the others. */
static void
keep (Trial *run, gboolean members)
{
  const GPtrArray *stored = run->stored->decisions;

  for (guint i = 0; i < stored->len; i++) {
    const MadoDecision *decision = stored->pdata[i];
    gboolean is_again = decision->queue_id != NULL && g_hash_table_contains (run->judged, decision->queue_id);
    if (mado_triage_is_members (decision) == members && !is_again)
      g_ptr_array_add (run->trial->triage->decisions, mado_decision_copy (decision));
  }
}

static void
compare (MadoPolicyTrial *trial, const char *field, const char *now, const char *then)
{
  if (g_strcmp0 (now, then) == 0)
    return;
  MadoPolicyChange *change = mado_policy_change_new ();
  change->field = g_strdup (field);
  change->now = g_strdup (now);
  change->then = g_strdup (then);
  g_ptr_array_add (trial->changes, change);
}

static char *
join (char *const *list)
{
  return list != NULL && list[0] != NULL ? g_strjoinv (", ", (char **) list) : NULL;
}

static void
compare_all (const MadoTriage *now, MadoPolicyTrial *trial)
{
  const MadoTriage *then = trial->triage;
  g_autofree char *tags_now = join (now->tags), *tags_then = join (then->tags);
  g_autofree char *places_now = join (now->constituencies), *places_then = join (then->constituencies);

  compare (trial, "category", now->category, then->category);
  compare (trial, "priority", now->priority, then->priority);
  compare (trial, "owner", now->owner, then->owner);
  compare (trial, "tag", tags_now, tags_then);
  compare (trial, "constituency", places_now, places_then);
  compare (trial, "template", now->template_name, then->template_name);
  compare (trial, "answer", now->is_silent ? "no" : NULL, then->is_silent ? "no" : NULL);
  compare (trial, "out-of-scope", mado_triage_scope (now, NULL), mado_triage_scope (then, NULL));
}

/* --- the answer ----------------------------------------------------------------------------------------- */

static void
take_verdict (MadoPolicyAnswer *answer, const MadoPolicyVerdict *verdict)
{
  MadoPolicyRule rule;

  answer->answer = g_strdup (mado_answer_names[verdict->answer]);
  answer->reason = g_strdup (verdict->reason);
  for (guint i = 0; mado_policy_rule (i, &rule); i++)
    if (strcmp (rule.reason, verdict->reason) == 0)
      answer->when = g_strdup (rule.when);
}

/* Which rules speak of it with the facts of then, as far as the mail and the answer itself have kept them. */
static void
explain (const Trial *run, const MadoEnvelope *envelope, const MadoReply *reply, MadoPolicyAnswer *answer)
{
  const MadoDeskSettings *settings = &run->desk->settings;
  const MadoTriage *triage = run->stored;
  const MadoPolicyFacts facts = {
    .report = run->report, .mail_from = envelope->mail_from, .is_new_ticket = TRUE, .team = settings->team,
    .languages = settings->languages, .own_lists = settings->own_lists, .max_answers = G_MAXINT64, .max_all_answers = G_MAXINT64,
    .earlier = reply != NULL ? reply->earlier : NULL, .key = reply != NULL ? reply->encrypt_to : ANY_KEY,
    .triage = { mado_triage_scope (triage, run->report->language), triage->template_name, triage->constituencies[0], triage->is_silent,
                triage->out_of_scope },
  };
  MadoPolicyVerdict verdict = mado_policy_judge (&facts);

  if (reply == NULL && verdict.is_allowed) { /* what is counted then is not kept */
    answer->answer = g_strdup ("none");
    answer->reason = g_strdup ("not-kept");
    answer->when = g_strdup ("the rules would answer such a mail today; when it came, a cap on answers, an equal mail before it or other rules kept it back");
    return;
  }
  take_verdict (answer, &verdict);
  if (reply == NULL)
    return;
  answer->template_name = g_strdup (reply->template_name);
  answer->language = g_strdup (reply->language);
  answer->fingerprint = g_strdup (reply->encrypt_to);
  answer->encrypted = reply->encrypt_to != NULL;
  if (verdict.answer == MADO_ANSWER_CANNOT_OPEN && reply->encrypt_to == NULL)
    answer->because = g_strdup ("what could not be opened is answered in the clear: nothing in it is worth a key, and it has to arrive");
  else
    answer->because = mado_reply_words_explain (settings, reply, run->report);
}

static gboolean
add_answer (Trial *run, GError **error)
{
  MadoStore *store = run->desk->store;
  g_autoptr (MadoReply) reply = NULL;
  g_autofree char *state = NULL;

  if (run->first == NULL)
    return TRUE;
  g_autoptr (MadoEnvelope) envelope = mado_store_load_envelope (store, run->first, error);
  if (envelope == NULL || !mado_store_find_automatic (store, run->incident, run->first, &reply, &state, error))
    return FALSE;
  run->trial->answer = mado_policy_answer_new ();
  run->trial->answer->state = g_steal_pointer (&state);
  explain (run, envelope, reply, run->trial->answer);
  return TRUE;
}

static gboolean
judge_all (Trial *run, GError **error)
{
  g_auto (GStrv) mails = mado_store_list_mails_of (run->desk->store, run->incident, error);
  guint n = 0;

  for (; mails != NULL && mails[n] != NULL && n < MAX_MAILS; n++) {
    g_autoptr (GError) problem = NULL;
    if (!judge_mail (run, mails[n], &problem) && problem != NULL) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
  }
  if (mails == NULL)
    return FALSE;
  run->trial->left_out = (gint64) g_strv_length (mails) - run->trial->mails;
  return TRUE;
}

MadoPolicyTrial *
mado_policy_trial_run (const MadoDesk *desk, gint64 incident, GError **error)
{
  g_autoptr (MadoTriage) stored = mado_store_load_triage (desk->store, incident, error);
  g_autoptr (MadoPolicyTrial) trial = mado_policy_trial_new ();
  g_autoptr (GHashTable) judged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Trial run = { desk, incident, stored, trial, judged, NULL, NULL };

  if (stored == NULL)
    return NULL;
  trial->ticket = g_strdup (stored->ticket);
  trial->number = g_strdup (stored->number);
  trial->rules_file = desk->rules != NULL ? g_strdup (desk->rules->file) : NULL;
  trial->triage = mado_triage_new ();
  trial->triage->ticket = g_strdup (stored->ticket);
  trial->triage->number = g_strdup (stored->number);
  gboolean is_good = judge_all (&run, error);
  if (is_good) {
    keep (&run, FALSE);
    keep (&run, TRUE);
    mado_triage_combine (trial->triage, NULL);
    mado_record_clamp (&mado_triage_type, trial->triage);
    compare_all (stored, trial);
    is_good = add_answer (&run, error);
  }
  g_free (run.first);
  mado_report_free (run.report);
  return is_good ? g_steal_pointer (&trial) : NULL;
}
