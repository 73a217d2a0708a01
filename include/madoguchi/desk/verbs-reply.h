/* verbs-reply.h: a member's answer: shown before, and sent. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call, once the keys are known; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_reply_preview (MadoCall *call);
void mado_verb_reply (MadoCall *call);
void mado_verb_draft_send (MadoCall *call);
void mado_verb_approve (MadoCall *call);
