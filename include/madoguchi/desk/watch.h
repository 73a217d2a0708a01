/* watch.h: tells the page when something in the shared queue changed, not what; and which of the sessions that listen are over. */
#pragma once

#include "madoguchi/desk/control.h"

typedef struct _MadoWatch MadoWatch;

/* (transfer full) watches @store, which must outlive it. */
MadoWatch *mado_watch_new (MadoStore *store);
void mado_watch_free (MadoWatch *watch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoWatch, mado_watch_free)

/* Answers its @call when something changed since, or after some seconds; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_watch (MadoCall *call);
