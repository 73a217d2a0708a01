/* verbs-retention.h: what is erased when, and what must not be. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_hold (MadoCall *call);
void mado_verb_erase (MadoCall *call);
void mado_verb_retention_status (MadoCall *call);
void mado_verb_retention_run (MadoCall *call);
