/* verbs-search.h: the word "search". */
#pragma once

#include "madoguchi/desk/verbs.h"

/* What stands in the thread's messages that answer the argument "query", as far as who asks may read it. */
void mado_verb_search (MadoCall *call);
