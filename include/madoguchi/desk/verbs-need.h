/* verbs-need.h: restrict: who has to know what is in an incident. */
#pragma once

#include "madoguchi/desk/control.h"

/* Answers its @call; arguments and answer: ipc/peer.h, "keeper". */
void mado_verb_restrict (MadoCall *call);
