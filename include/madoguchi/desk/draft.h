/* draft.h: the answer to a report before it is sealed: names, ids and a template; no word of the report. Pure but
 * for the random part of its Message-ID. */
#pragma once

#include "madoguchi/desk/policy.h"
#include "madoguchi/model/reply.h"

/* (transfer full) the answer that @verdict allows when there is a key to encrypt it to, and @plain when there is none; which
 * of them it will be is decided before it is sealed (key-step.h). @ticket: "PREFIX #2026-000001". @address: of the team. */
MadoReply *mado_draft_answer (const MadoPolicyVerdict *verdict, const MadoPolicyVerdict *plain, const MadoReport *report,
                              const char *ticket, const char *token, const char *address, gint64 now);
