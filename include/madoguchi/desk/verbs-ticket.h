/* verbs-ticket.h: list, show, take, assign, note. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call at once; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_list (MadoCall *call);
void mado_verb_show (MadoCall *call);
void mado_verb_take (MadoCall *call);
void mado_verb_assign (MadoCall *call);
void mado_verb_note (MadoCall *call);
