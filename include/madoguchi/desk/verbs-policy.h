/* verbs-policy.h: policy, policy-try, policy-reload: what is in force, what it would make of an incident, and the rules of triage
 * read again. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_policy (MadoCall *call);
void mado_verb_policy_try (MadoCall *call);
void mado_verb_policy_reload (MadoCall *call);
