/* indexer.h: the keeper's work on the index of words, a little at a time, between everything else, and going on where it stopped
 * after a restart: adding what an older store holds, and throwing away what erased messages left in old pages. */
#pragma once

#include "madoguchi/desk/desk.h"

typedef struct _MadoIndexer MadoIndexer;

/* (transfer full) looks from time to time whether there is something to do. @desk must outlive it. */
MadoIndexer *mado_indexer_new (MadoDesk *desk);
void mado_indexer_free (MadoIndexer *indexer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoIndexer, mado_indexer_free)
