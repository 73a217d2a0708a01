/* indexer.h: the keeper's work on the index of words for what an older store holds: a little at a time, between everything else,
 * and going on where it stopped after a restart. */
#pragma once

#include "madoguchi/desk/desk.h"

typedef struct _MadoIndexer MadoIndexer;

/* (transfer full) begins when there is something to do. @desk must outlive it. */
MadoIndexer *mado_indexer_new (MadoDesk *desk);
void mado_indexer_free (MadoIndexer *indexer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoIndexer, mado_indexer_free)
