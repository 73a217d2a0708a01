/* escalate.h: looks every half minute for what is overdue: an event in the thread that names whose it is and who leads on duty, once
 * for each step; from then on the ticket is marked. The keeper's. */
#pragma once

#include "madoguchi/desk/desk.h"

typedef struct _MadoEscalator MadoEscalator;

/* (transfer full) looks from now on. @desk must outlive it. */
MadoEscalator *mado_escalator_new (MadoDesk *desk);
void mado_escalator_free (MadoEscalator *escalator);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoEscalator, mado_escalator_free)

/* Looks now: what it finds is written with the next transaction. */
void mado_escalator_tick (MadoEscalator *escalator);
