/* verbs-session.h: how members come in through the page, and go. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_log_in (MadoCall *call);
void mado_verb_log_in_trusted (MadoCall *call);
void mado_verb_set_up (MadoCall *call);
void mado_verb_set_up_confirm (MadoCall *call);
void mado_verb_session (MadoCall *call);
void mado_verb_log_out (MadoCall *call);
void mado_verb_members_invite (MadoCall *call);
void mado_verb_members_log_out (MadoCall *call);
