/* indexer.c: see indexer.h. Must never keep a mail waiting: each step is short, and leaves the loop to others after it. */
#include "madoguchi/desk/indexer.h"
#include "madoguchi/desk/store-words.h"
#include "madoguchi/base/log.h"

#define STEP 20      /* entries in one transaction */
#define PAUSE_MS 20  /* between two of them */
#define RETRY_MS 60000
#define LOOK_MS 600000 /* between looking whether something was erased */

struct _MadoIndexer {
  MadoDesk *desk;
  guint source;
  gboolean is_busy;
};

static gboolean on_turn (gpointer data);

static gboolean
step (MadoStore *store, gboolean *left, GError **error)
{
  if (!mado_store_begin (store, error))
    return FALSE;
  if (mado_store_work_backlog (store, STEP, left, error) && (*left || mado_store_compact_words (store, left, error))
      && mado_store_commit (store, error))
    return TRUE;
  mado_store_rollback (store);
  return FALSE;
}

static gboolean
on_turn (gpointer data)
{
  MadoIndexer *indexer = data;
  g_autoptr (GError) error = NULL;
  gboolean left = FALSE, ok = step (indexer->desk->store, &left, &error);

  if (!ok)
    mado_log (MADO_LOG_WARNING, NULL, "index", "problem=%s", error->message);
  else if (!left && indexer->is_busy)
    mado_log (MADO_LOG_INFO, NULL, "indexed", "left=0");
  indexer->is_busy = ok && left;
  indexer->source = indexer->desk->is_draining ? 0 : g_timeout_add (!ok ? RETRY_MS : left ? PAUSE_MS : LOOK_MS, on_turn, indexer);
  return G_SOURCE_REMOVE;
}

MadoIndexer *
mado_indexer_new (MadoDesk *desk)
{
  MadoIndexer *indexer = g_new0 (MadoIndexer, 1);
  gint64 backlog = 0;

  indexer->desk = desk;
  if (mado_store_count_backlog (desk->store, &backlog, NULL) && backlog > 0)
    mado_log (MADO_LOG_INFO, NULL, "index", "waiting=%" G_GINT64_FORMAT, backlog);
  indexer->source = g_timeout_add (PAUSE_MS, on_turn, indexer);
  return indexer;
}

void
mado_indexer_free (MadoIndexer *indexer)
{
  if (indexer == NULL)
    return;
  g_clear_handle_id (&indexer->source, g_source_remove);
  g_free (indexer);
}
