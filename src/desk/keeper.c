/* keeper.c: see keeper.h. */
#include "madoguchi/desk/keeper.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/control.h"
#include "madoguchi/desk/desk.h"
#include "madoguchi/desk/escalate.h"
#include "madoguchi/desk/flow.h"
#include "madoguchi/desk/heads.h"
#include "madoguchi/desk/indexer.h"
#include "madoguchi/desk/key-watch.h"
#include "madoguchi/desk/outbox.h"
#include "madoguchi/desk/looking.h"
#include "madoguchi/desk/watch.h"
#include "madoguchi/desk/renewal.h"
#include "madoguchi/desk/retention.h"

#define SWEEP_SECONDS 600
#define DRAIN_CHECK_MS 20
#define VAULT_WAIT_MS 30000 /* then we end, and are started again */

struct _MadoKeeper {
  MadoDesk *desk;
  MadoOutbox *outbox;
  MadoFlow *flow;
  MadoControl *control;
  MadoIndexer *indexer;
  MadoEscalator *escalator;
  guint sweep, drain;
  void (*drained) (gpointer data);
  gpointer data;
};

static gboolean
on_sweep (gpointer data)
{
  MadoKeeper *keeper = data;
  MadoDesk *desk = keeper->desk;
  mado_key_watch_tick (desk->keys);
  mado_heads_tick (desk->heads);
  mado_retention_tick (desk->retention);
  guint n = mado_spool_sweep (desk->spool, desk->now (), desk->settings.tmp_age);

  if (n > 0)
    mado_log (MADO_LOG_INFO, NULL, "swept", "unfinished=%u", n);
  return G_SOURCE_CONTINUE;
}

static void
on_drafted (gpointer data)
{
  MadoKeeper *keeper = data;

  mado_outbox_kick (keeper->outbox);
}

MadoKeeper *
mado_keeper_start (const MadoConf *conf, GError **error)
{
  g_autoptr (MadoKeeper) keeper = g_new0 (MadoKeeper, 1);
  g_auto (MadoVaultFile) file = { 0 };
  MadoVault *vault;

  if (!mado_desk_check_conf (conf, error)) /* told at once, not after waiting for those who open the vault */
    return NULL;
  vault = mado_vault_file_open (conf, VAULT_WAIT_MS, &file, error);
  if (vault == NULL)
    return NULL;
  keeper->desk = mado_desk_open (conf, vault, error);
  if (keeper->desk == NULL)
    return NULL;
  keeper->desk->vault_file = file;
  file = (MadoVaultFile) { 0 };
  keeper->desk->keys = mado_key_watch_new (keeper->desk);
  keeper->outbox = mado_outbox_new (keeper->desk, error);
  if (keeper->outbox == NULL)
    return NULL;
  keeper->flow = mado_flow_new (keeper->desk, on_drafted, keeper, error);
  if (keeper->flow == NULL)
    return NULL;
  keeper->desk->watch = mado_watch_new (keeper->desk->store);
  keeper->desk->looking = mado_looking_new ();
  keeper->desk->renewal = mado_renewal_new (keeper->desk, error);
  if (keeper->desk->renewal == NULL)
    return NULL;
  keeper->control = mado_control_new (keeper->desk, keeper->flow, keeper->outbox, error);
  if (keeper->control == NULL)
    return NULL;
  keeper->indexer = mado_indexer_new (keeper->desk);
  keeper->escalator = mado_escalator_new (keeper->desk);
  mado_escalator_tick (keeper->escalator);
  keeper->sweep = g_timeout_add_seconds (SWEEP_SECONDS, on_sweep, keeper);
  on_sweep (keeper);
  mado_outbox_kick (keeper->outbox);
  mado_flow_pump (keeper->flow);
  return g_steal_pointer (&keeper);
}

gboolean
mado_keeper_wants_clock (const MadoKeeper *keeper)
{
  return mado_due_rules_want_clock (keeper->desk->settings.due);
}

void
mado_keeper_set_clock (MadoKeeper *keeper, MadoDueClock clock, gpointer data)
{
  mado_due_rules_set_clock (keeper->desk->settings.due, clock, data);
}

static gboolean
on_drain_check (gpointer data)
{
  MadoKeeper *keeper = data;

  if (mado_flow_busy (keeper->flow) > 0 || mado_outbox_busy (keeper->outbox) > 0)
    return G_SOURCE_CONTINUE;
  keeper->drain = 0;
  mado_audit_push (keeper->desk->audit);
  mado_batch_flush (keeper->desk->batch);
  mado_archive_flush (keeper->desk->archive);
  keeper->drained (keeper->data);
  return G_SOURCE_REMOVE;
}

void
mado_keeper_drain (MadoKeeper *keeper, void (*drained) (gpointer data), gpointer data)
{
  keeper->desk->is_draining = TRUE;
  keeper->drained = drained;
  keeper->data = data;
  if (keeper->drain == 0)
    keeper->drain = g_timeout_add (DRAIN_CHECK_MS, on_drain_check, keeper);
}

void
mado_keeper_free (MadoKeeper *keeper)
{
  if (keeper == NULL)
    return;
  g_clear_handle_id (&keeper->sweep, g_source_remove);
  g_clear_handle_id (&keeper->drain, g_source_remove);
  if (keeper->desk != NULL) {
    g_clear_pointer (&keeper->desk->watch, mado_watch_free);
    g_clear_pointer (&keeper->desk->looking, mado_looking_free);
  }
  mado_control_free (keeper->control);
  mado_indexer_free (keeper->indexer);
  mado_escalator_free (keeper->escalator);
  mado_flow_free (keeper->flow);
  mado_outbox_free (keeper->outbox);
  if (keeper->desk != NULL) {
    g_clear_pointer (&keeper->desk->renewal, mado_renewal_free);
    g_clear_pointer (&keeper->desk->keys, mado_key_watch_free);
  }
  mado_desk_close (keeper->desk);
  g_free (keeper);
}
