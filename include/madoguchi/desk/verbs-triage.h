/* verbs-triage.h: priority, category, tlp, tag: a member's word, which counts before any rule's; and why things are so. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_priority (MadoCall *call);
void mado_verb_category (MadoCall *call);
void mado_verb_tlp (MadoCall *call);
void mado_verb_tag (MadoCall *call);
void mado_verb_triage (MadoCall *call);
