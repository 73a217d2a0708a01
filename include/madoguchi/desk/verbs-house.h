/* verbs-house.h: what is handed on to the keyring, and what only the keeper can see of the house (doctor). */
#pragma once

#include "madoguchi/desk/control.h"

/* keys-list, keys-show...: the word without "keys-" goes to the keyring as it is. */
void mado_verb_keys (MadoCall *call);
void mado_verb_doctor (MadoCall *call);
