/* verbs-mail.h: raw, part, the held mails, reopen, account, status. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call, now or when the opener has answered; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_raw (MadoCall *call);
void mado_verb_part (MadoCall *call);
void mado_verb_held (MadoCall *call);
void mado_verb_held_show (MadoCall *call);
void mado_verb_held_retry (MadoCall *call);
void mado_verb_held_release (MadoCall *call);
void mado_verb_held_drop (MadoCall *call);
void mado_verb_reopen (MadoCall *call);
void mado_verb_feeds (MadoCall *call);
void mado_verb_account (MadoCall *call);
void mado_verb_overview (MadoCall *call);
void mado_verb_status (MadoCall *call);
