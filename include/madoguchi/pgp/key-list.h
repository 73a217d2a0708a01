/* key-list.h: keys of a ring as gpg has them, before the house says its word. For keyring.c and candidates.c. */
#pragma once

#include "madoguchi/model/key.h"
#include "madoguchi/pgp/ring-engine.h"

/* (transfer full) the keys that @pattern (nullable: all) names in the ring that @engine is set up for. Errors: TEMP. */
MadoKeyTable *mado_key_list (MadoRingEngine *engine, const char *pattern, GError **error);
