/* answer.h: the automatic answer to a mail that was just settled: gathers the facts, asks the policy, writes the draft. */
#pragma once

#include "madoguchi/desk/settle.h"
#include "madoguchi/model/triage.h"

typedef struct {
  const MadoEnvelope *envelope;
  const MadoReport *report;
  gboolean is_new_ticket;
  gboolean is_same_mail; /* it came before, by another way */
  const MadoTriage *triage; /* what the rules say of its new ticket; NULL: nothing */
  gboolean is_clash;     /* its Message-ID came before, with other content */
} MadoAnswerCase;

/* Judges the mail of @mail, which belongs to @settled->incident, and adds the answer that it gets, if any: fills
 * @settled->answer and has_draft. Part of the caller's transaction. Errors: TEMP, BUG. */
gboolean mado_answer_add (const MadoSettler *settler, const MadoAnswerCase *mail, MadoSettled *settled, GError **error);
