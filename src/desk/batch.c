/* batch.c: see batch.h. */
#include "madoguchi/desk/batch.h"
#include "madoguchi/base/error.h"

#define MAX_CHANGES 64 /* in one transaction: the first one must not wait for ever */

typedef struct {
  MadoBatchApply apply;
  MadoBatchDone done;
  gpointer data;
  GDestroyNotify free_data; /* of a change that nobody waits for at all */
} Change;

#define LAZY_MS 20

struct _MadoBatch {
  MadoStore *store;
  GArray *changes; /* of Change */
  guint source;
  guint timer; /* for changes that can wait for others */
};

MadoBatch *
mado_batch_new (MadoStore *store)
{
  MadoBatch *batch = g_new0 (MadoBatch, 1);

  batch->store = store;
  batch->changes = g_array_new (FALSE, FALSE, sizeof (Change));
  return batch;
}

void
mado_batch_free (MadoBatch *batch)
{
  if (batch == NULL)
    return;
  g_clear_handle_id (&batch->source, g_source_remove);
  g_clear_handle_id (&batch->timer, g_source_remove);
  for (guint i = 0; i < batch->changes->len; i++) {
    const Change *change = &g_array_index (batch->changes, Change, i);
    if (change->free_data != NULL)
      change->free_data (change->data);
  }
  g_array_unref (batch->changes);
  g_free (batch);
}

static gboolean
apply_range (MadoBatch *batch, GArray *changes, guint from, guint to, GError **error)
{
  if (!mado_store_begin (batch->store, error))
    return FALSE;
  for (guint i = from; i < to; i++) {
    Change *change = &g_array_index (changes, Change, i);
    if (!change->apply (change->data, error)) {
      mado_store_rollback (batch->store);
      return FALSE;
    }
  }
  if (mado_store_commit (batch->store, error))
    return TRUE;
  mado_store_rollback (batch->store);
  return FALSE;
}

static void
tell_range (GArray *changes, guint from, guint to, const GError *error)
{
  for (guint i = from; i < to; i++) {
    Change *change = &g_array_index (changes, Change, i);
    if (change->done != NULL)
      change->done (change->data, error);
    if (change->free_data != NULL)
      change->free_data (change->data);
  }
}

static void
run_range (MadoBatch *batch, GArray *changes, guint from, guint to)
{
  g_autoptr (GError) error = NULL;

  if (apply_range (batch, changes, from, to, &error)) {
    tell_range (changes, from, to, NULL);
    return;
  }
  if (to - from == 1) {
    tell_range (changes, from, to, error);
    return;
  }
  /* One of them, or the disk: find out one by one. */
  for (guint i = from; i < to; i++)
    run_range (batch, changes, i, i + 1);
}

void
mado_batch_flush (MadoBatch *batch)
{
  g_autoptr (GArray) changes = batch->changes;

  g_clear_handle_id (&batch->source, g_source_remove);
  g_clear_handle_id (&batch->timer, g_source_remove);
  batch->changes = g_array_new (FALSE, FALSE, sizeof (Change));
  for (guint from = 0; from < changes->len; from += MAX_CHANGES)
    run_range (batch, changes, from, MIN (from + MAX_CHANGES, changes->len));
}

static gboolean
on_idle (gpointer data)
{
  MadoBatch *batch = data;

  batch->source = 0;
  mado_batch_flush (batch);
  return G_SOURCE_REMOVE;
}

static gboolean
on_timer (gpointer data)
{
  MadoBatch *batch = data;

  batch->timer = 0;
  mado_batch_flush (batch);
  return G_SOURCE_REMOVE;
}

void
mado_batch_add (MadoBatch *batch, MadoBatchApply apply, MadoBatchDone done, gpointer data)
{
  Change change = { apply, done, data, NULL };

  g_array_append_val (batch->changes, change);
  /* In the next turn of the loop, so that what came together is committed together. Not at a lower priority: busy
   * sockets would starve it. */
  if (batch->source == 0)
    batch->source = g_idle_add_full (G_PRIORITY_DEFAULT, on_idle, batch, NULL);
}

void
mado_batch_add_lazy (MadoBatch *batch, MadoBatchApply apply, MadoBatchDone done, gpointer data)
{
  Change change = { apply, done, data, NULL };

  g_array_append_val (batch->changes, change);
  if (batch->source == 0 && batch->timer == 0)
    batch->timer = g_timeout_add (LAZY_MS, on_timer, batch);
}

void
mado_batch_add_owned (MadoBatch *batch, MadoBatchApply apply, gpointer data, GDestroyNotify free_data)
{
  Change change = { apply, NULL, data, free_data };

  g_array_append_val (batch->changes, change);
  if (batch->source == 0 && batch->timer == 0)
    batch->timer = g_timeout_add (LAZY_MS, on_timer, batch);
}
