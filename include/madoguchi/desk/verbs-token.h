/* verbs-token.h: tokens-add, tokens-list, tokens-rm: members make and take back the words by which their scripts ask. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_tokens_add (MadoCall *call);
void mado_verb_tokens_list (MadoCall *call);
void mado_verb_tokens_rm (MadoCall *call);
