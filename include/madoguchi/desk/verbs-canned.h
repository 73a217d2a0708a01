/* verbs-canned.h: texts that the team has ready. The signer fills them (reply/canned.h); here it is said for which ticket. */
#pragma once

#include "madoguchi/desk/control.h"

/* canned-list, canned-show: answers its @call when the signer has answered; ipc/peer.h, "keeper". */
void mado_verb_canned (MadoCall *call);
