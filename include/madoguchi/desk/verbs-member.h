/* verbs-member.h: who is a member, and what that begins and ends. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_members_list (MadoCall *call);
void mado_verb_members_add (MadoCall *call);
void mado_verb_members_set (MadoCall *call);
void mado_verb_members_duty (MadoCall *call);
void mado_verb_members_leave (MadoCall *call);
