/* keeper.h: the keeper's parts put together: the sole owner of the store. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/desk/due-rule.h"

typedef struct _MadoKeeper MadoKeeper;

/* (transfer full) recovers what an earlier run left and begins to work in the default main context. @conf must
 * outlive it. Errors: CONF, TEMP, DENIED. */
MadoKeeper *mado_keeper_start (const MadoConf *conf, GError **error);

/* Does [due] want office hours alone to count? Then @clock says when so many of them have passed; @data: must outlive the keeper. */
gboolean mado_keeper_wants_clock (const MadoKeeper *keeper);
void mado_keeper_set_clock (MadoKeeper *keeper, MadoDueClock clock, gpointer data);

/* Begins nothing new; @drained is called when all that was begun is settled. */
void mado_keeper_drain (MadoKeeper *keeper, void (*drained) (gpointer data), gpointer data);

void mado_keeper_free (MadoKeeper *keeper);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoKeeper, mado_keeper_free)
