/* draft.h: the answer to a report before it is sealed: names, ids and a template; no word of the report. Pure but
 * for the random part of its Message-ID. */
#pragma once

#include "madoguchi/desk/policy.h"
#include "madoguchi/model/reply.h"

/* (transfer full) the answer that @verdict allows when there is a key to encrypt it to, and @plain when there is none; which
 * of them it will be is decided before it is sealed (key-step.h). @ticket: "PREFIX #2026-000001". @address: of the team. */
MadoReply *mado_draft_answer (const MadoPolicyVerdict *verdict, const MadoPolicyVerdict *plain, const MadoReport *report,
                              const char *ticket, const char *token, const char *address, gint64 now);

/* What a member's answer is made of. */
typedef struct {
  const char *author;       /* login */
  const char *text;
  const char *subject;      /* (nullable) of the member's own; NULL: of the thread */
  const char *thread_subject; /* (nullable) of the ticket */
  gboolean is_subject_secret; /* it came encrypted */
  const char *ticket;       /* "PREFIX #2026-000001" */
  const char *token;
  const char *address;      /* of the team */
  const char *recipient;
  const MadoReport *report; /* (nullable) the newest mail of the recipient in the thread */
} MadoDraftWords;

/* (transfer full) the answer that a member wrote, before its key is chosen and it has a Message-ID. Nobody is told Message-IDs
 * of mails that others wrote. */
MadoReply *mado_draft_reply (const MadoDraftWords *words);

/* ... once its key was chosen, or none: what its Subject may say. */
void mado_draft_title (MadoReply *reply, const MadoDraftWords *words);

/* ... and its name, within the transaction that makes it. */
void mado_draft_name (MadoReply *reply, const char *token, const char *address, gint64 now);
