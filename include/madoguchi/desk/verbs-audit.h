/* verbs-audit.h: the audit as administrators and commanders see it. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_audit_list (MadoCall *call);
void mado_verb_audit_head (MadoCall *call);
void mado_verb_audit_sign (MadoCall *call);
void mado_verb_audit_verify (MadoCall *call);
