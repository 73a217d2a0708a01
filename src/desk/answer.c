/* answer.c: see answer.h. Called by settle.c alone. Must never let a word of the mail into a draft. */
#include "madoguchi/desk/answer.h"
#include "madoguchi/desk/draft.h"
#include "madoguchi/desk/key-choice.h"
#include "madoguchi/desk/policy.h"
#include "madoguchi/desk/seek-rule.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-key.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/desk/store-outbox.h"
#include "madoguchi/desk/triage.h"
#include "madoguchi/base/error.h"

#include <string.h>

#define HOUR 3600
#define SAME_TEXT_WINDOW (7 * 86400) /* as long as RFC 3834, 2 wants the same answer not to be repeated */
#define REPEATS_MAX 10

#define MAX_KNOWN 10 /* keys that one address is known by */
#define ANY_KEY "-"  /* which one is found out before it is sealed: key-step.h */

static const char *
get_from (const MadoReport *report)
{
  return report->from != NULL ? report->from->address : NULL;
}

/* Do both say the same, with the same parts? What says nothing is like nothing. */
static gboolean
says_the_same (const MadoReport *a, const MadoReport *b)
{
  gboolean has_text = a->text != NULL && a->text[strspn (a->text, " \t\r\n")] != '\0';

  if ((!has_text && a->parts->len == 0) || a->parts->len != b->parts->len || g_strcmp0 (a->text, b->text) != 0)
    return FALSE;
  for (guint i = 0; i < a->parts->len; i++) {
    const MadoPart *one = g_ptr_array_index (a->parts, i), *other = g_ptr_array_index (b->parts, i);
    if (g_strcmp0 (one->sha256, other->sha256) != 0)
      return FALSE;
  }
  return TRUE;
}

/* Earlier tickets of this sender with the same text; @number: (transfer full, nullable) of the first one. */
static gboolean
find_earlier (const MadoSettler *settler, const MadoAnswerCase *mail, char **number, MadoPolicyFacts *facts, GError **error)
{
  const MadoReport *report = mail->report;
  /* A program that answers us without a sign neither signs nor encrypts. */
  gboolean may_be_program = report->encryption == MADO_ENCRYPTION_NONE && report->signature == MADO_SIGNATURE_NONE;
  g_autoptr (GPtrArray) alike = NULL;
  guint same = 0;

  if (get_from (report) == NULL || report->subject == NULL || report->undecryptable != NULL)
    return TRUE;
  alike = mado_store_list_alike (settler->store, get_from (report), report->subject, mail->envelope->queue_id,
                                 settler->now - SAME_TEXT_WINDOW, REPEATS_MAX, error);
  if (alike == NULL)
    return FALSE;
  for (guint i = alike->len; i > 0 && (same == 0 || may_be_program); i--) { /* the oldest first */
    const MadoMail *other = g_ptr_array_index (alike, i - 1);
    g_autoptr (GError) problem = NULL;
    g_autoptr (MadoReport) before = mado_store_load_report (settler->store, other->queue_id, &problem);
    if (before == NULL && g_error_matches (problem, MADO_ERROR, MADO_ERROR_TEMP)) {
      g_propagate_error (error, g_steal_pointer (&problem));
      return FALSE;
    }
    if (before == NULL || !says_the_same (report, before))
      continue;
    if (same++ == 0)
      *number = g_strdup (other->number);
  }
  facts->earlier = *number;
  facts->is_told = same >= REPEATS_MAX && may_be_program;
  return TRUE;
}

/* What the store knows of this sender, and of answers so far. */
static gboolean
look_up (const MadoSettler *settler, const MadoReport *report, MadoPolicyFacts *facts, GError **error)
{
  gint64 own = 0;

  if (report->message_id != NULL && !mado_store_find_answer (settler->store, report->message_id, &own, error))
    return FALSE;
  facts->is_own_message_id = own != 0;
  if (!mado_store_count_answers (settler->store, NULL, settler->now - HOUR, facts->max_all_answers, &facts->all_answers, error))
    return FALSE;
  return get_from (report) == NULL
         || mado_store_count_answers (settler->store, get_from (report), settler->now - settler->settings->window,
                                      facts->max_answers, &facts->answers, error);
}

static gboolean
write_draft (const MadoSettler *settler, const MadoAnswerCase *mail, const MadoPolicyVerdict *verdict,
             const MadoPolicyVerdict *plain, MadoSettled *settled, GError **error)
{
  const MadoDeskSettings *settings = settler->settings;
  g_autofree char *token = mado_store_load_token (settler->store, settled->incident, error);
  g_autoptr (GPtrArray) known
      = token != NULL ? mado_store_list_known_keys (settler->store, verdict->recipient, MAX_KNOWN, error) : NULL;

  if (known == NULL)
    return FALSE;
  g_autofree char *ticket = g_strdup_printf ("%s #%s", settings->prefix, settled->number);
  g_autoptr (MadoReply) reply
      = mado_draft_answer (verdict, plain, mail->report, ticket, token, settings->team[0], settler->now);
  if (reply->plain_template != NULL)
    g_ptr_array_extend_and_steal (reply->candidates, mado_key_choice_gather (mail->report, known));
  reply->may_look_up = reply->plain_template != NULL && mado_seek_rule_allows_for (settings, mail->report, reply->recipient);
  settled->has_draft = TRUE;
  return mado_store_add_draft (settler->store, settled->incident, mail->envelope->queue_id, reply, settler->now, error);
}

gboolean
mado_answer_add (const MadoSettler *settler, const MadoAnswerCase *mail, MadoSettled *settled, GError **error)
{
  const MadoDeskSettings *settings = settler->settings;
  g_autofree char *earlier = NULL;
  MadoPolicyFacts facts = {
    .report = mail->report, .mail_from = mail->envelope->mail_from, .is_new_ticket = mail->is_new_ticket,
    .is_same_mail = mail->is_same_mail,
    .is_clash = mail->is_clash, .team = settings->team, .languages = settings->languages,
    .own_lists = settings->own_lists, .max_answers = settings->max_answers, .max_all_answers = settings->max_all_answers,
    .key = ANY_KEY,
  };

  if (mail->triage != NULL)
    facts.triage = (MadoPolicyTriage){ mado_triage_scope (mail->triage, mail->report->language), mail->triage->template_name,
                                       mail->triage->constituencies[0], mail->triage->is_silent,
                                       mail->triage->out_of_scope };

  if (mail->is_new_ticket
      && (!look_up (settler, mail->report, &facts, error) || !find_earlier (settler, mail, &earlier, &facts, error)))
    return FALSE;
  MadoPolicyVerdict verdict = mado_policy_judge (&facts);
  facts.key = NULL;
  MadoPolicyVerdict plain = mado_policy_judge (&facts);
  settled->answer = settings->may_encrypt && mado_policy_choose_key (mail->report) != NULL ? verdict.reason : plain.reason;
  return !verdict.is_allowed || write_draft (settler, mail, &verdict, &plain, settled, error);
}
