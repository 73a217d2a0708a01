/* answer.c: see answer.h. Called by settle.c alone. Must never let a word of the mail into a draft. */
#include "madoguchi/desk/answer.h"
#include "madoguchi/desk/draft.h"
#include "madoguchi/desk/policy.h"
#include "madoguchi/desk/store-incident.h"
#include "madoguchi/desk/store-outbox.h"

static const char *
get_from (const MadoReport *report)
{
  return report->from != NULL ? report->from->address : NULL;
}

/* What the store knows of this sender, and of answers so far. */
static gboolean
look_up (const MadoSettler *settler, const MadoReport *report, MadoPolicyFacts *facts, GError **error)
{
  gint64 own = 0;

  if (report->message_id != NULL && !mado_store_find_answer (settler->store, report->message_id, &own, error))
    return FALSE;
  facts->is_own_message_id = own != 0;
  return get_from (report) == NULL
         || mado_store_count_answers (settler->store, get_from (report), settler->now - settler->settings->window,
                                      &facts->answers, error);
}

static gboolean
write_draft (const MadoSettler *settler, const MadoAnswerCase *mail, const MadoPolicyVerdict *verdict, MadoSettled *settled,
             GError **error)
{
  const MadoDeskSettings *settings = settler->settings;
  g_autofree char *token = mado_store_load_token (settler->store, settled->incident, error);

  if (token == NULL)
    return FALSE;
  g_autofree char *ticket = g_strdup_printf ("%s #%s", settings->prefix, settled->number);
  g_autoptr (MadoReply) reply
      = mado_draft_answer (verdict, mail->report, ticket, token, settings->team[0], settler->now);
  settled->has_draft = TRUE;
  return mado_store_add_draft (settler->store, settled->incident, mail->envelope->queue_id, reply, settler->now, error);
}

gboolean
mado_answer_add (const MadoSettler *settler, const MadoAnswerCase *mail, MadoSettled *settled, GError **error)
{
  const MadoDeskSettings *settings = settler->settings;
  MadoPolicyFacts facts = {
    .report = mail->report, .mail_from = mail->envelope->mail_from, .is_new_ticket = mail->is_new_ticket,
    .is_clash = mail->is_clash, .team = settings->team, .languages = settings->languages,
    .max_answers = settings->max_answers, .may_encrypt = settings->may_encrypt,
  };

  if (mail->is_new_ticket && !look_up (settler, mail->report, &facts, error))
    return FALSE;
  MadoPolicyVerdict verdict = mado_policy_judge (&facts);
  settled->answer = verdict.reason;
  return !verdict.is_allowed || write_draft (settler, mail, &verdict, settled, error);
}
