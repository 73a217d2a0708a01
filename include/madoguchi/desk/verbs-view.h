/* verbs-view.h: views, view-put, view-remove, and the team's: filters of the list under names, the same on each device of a member. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". Of the team's those whose word begins with "team-". */
void mado_verb_views (MadoCall *call);
void mado_verb_view_put (MadoCall *call);
void mado_verb_view_remove (MadoCall *call);
