/* verbs-house.h: what is handed on to the keyring, and what only the keeper can see of the house (doctor). */
#pragma once

#include "madoguchi/desk/control.h"

/* keys-list, keys-show...: the word without "keys-" goes to the keyring as it is. */
void mado_verb_keys (MadoCall *call);

/* By which keys addresses are known (continuity.h), and how one is begun anew with. */
void mado_verb_keys_known (MadoCall *call);
void mado_verb_keys_forget (MadoCall *call);
/* Looks for the keys of reporters again (refresh.h). */
void mado_verb_keys_refresh (MadoCall *call);

/* The signer's: the team's security.txt, signed. */
void mado_verb_security_txt (MadoCall *call);

/* The sender's: what the key directory of an address of the team gives to anybody. */
void mado_verb_look_up_own (MadoCall *call);

/* What only the keeper can see. */
void mado_verb_doctor (MadoCall *call);
