/* batch.h: changes of the store, gathered into as few transactions as the moment allows.
 *
 * Whoever wants to change something adds a change; in the next turn of the main loop all that gathered are
 * applied in one transaction, and only after its commit their owners hear that they may go on. One
 * change that fails does not spoil the others: it is rolled back alone. */
#pragma once

#include "madoguchi/desk/store.h"

typedef struct _MadoBatch MadoBatch;

/* Changes the store, inside a transaction. May be called twice for the same change (after a rollback), so it
 * keeps its results where the second call replaces them. */
typedef gboolean (*MadoBatchApply) (gpointer data, GError **error);

/* The change is committed (@error NULL), or nothing of it happened. */
typedef void (*MadoBatchDone) (gpointer data, const GError *error);

/* (transfer full) an empty batch on @store, which must outlive it. */
MadoBatch *mado_batch_new (MadoStore *store);

/* Frees the batch; changes that were not committed are dropped without a word: their owners are gone too. */
void mado_batch_free (MadoBatch *batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoBatch, mado_batch_free)

/* Puts a change at the end of the batch. @done (nullable) is called once, when its fate is known. */
void mado_batch_add (MadoBatch *batch, MadoBatchApply apply, MadoBatchDone done, gpointer data);

/* The same for a change that nobody waits for: it goes with the next transaction, or alone after some
 * milliseconds. */
void mado_batch_add_lazy (MadoBatch *batch, MadoBatchApply apply, MadoBatchDone done, gpointer data);

/* The same for a change that is all there is of it: @data is freed when it is committed, failed, or dropped at the end. */
void mado_batch_add_owned (MadoBatch *batch, MadoBatchApply apply, gpointer data, GDestroyNotify free_data);

/* Applies what has gathered, now. */
void mado_batch_flush (MadoBatch *batch);
