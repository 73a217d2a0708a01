/* verbs-queue.h: how work goes through the queue: state. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_state (MadoCall *call);
