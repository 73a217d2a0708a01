/* verbs-queue.h: how work goes through the queue: state, hand-over, due, unread. */
#pragma once

#include "madoguchi/desk/control.h"
#include "madoguchi/model/incident.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_state (MadoCall *call);
void mado_verb_hand_over (MadoCall *call);
void mado_verb_due (MadoCall *call);
void mado_verb_unread (MadoCall *call);

/* @login has read @incident (number @id) with its thread: kept with the next transaction. */
void mado_verbs_mark_read (MadoDesk *desk, const char *login, gint64 id, const MadoIncident *incident);
