/* verbs-vault.h: the keys of the store as administrators see and change them. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_vault_status (MadoCall *call);
void mado_verb_vault_rewrap (MadoCall *call);
void mado_verb_vault_rotate (MadoCall *call);
