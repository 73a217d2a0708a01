/* desk.c: see desk.h. */
#include "madoguchi/desk/desk.h"
#include "madoguchi/desk/heads.h"
#include "madoguchi/desk/guess-guard.h"
#include "madoguchi/desk/due-rule.h"
#include "madoguchi/desk/refresh.h"
#include "madoguchi/desk/retention.h"
#include "madoguchi/desk/seeker.h"
#include "madoguchi/desk/store-words.h"
#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/ipc/peer.h"
#include "madoguchi/model/door-mark.h"

#define CALL_DEADLINE_MS 60000

static gint64
now (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

static MadoPool *
open_pool (const MadoDesk *desk, const char *role, guint connections, guint deadline_ms)
{
  g_autofree char *path = mado_wire_path (desk->settings.runtime, role);

  return mado_pool_new (path, connections, deadline_ms);
}

static gboolean
read_conf (MadoDesk *desk, const MadoConf *conf, GError **error)
{
  MadoDeskSettings *settings = &desk->settings;
  const char *secret = mado_conf_string (conf, "milter", "secret-file");

  desk->conf = conf;
  return mado_desk_settings_read (conf, settings, error) && mado_due_rules_read (conf, &settings->due, error)
         && (secret == NULL || (settings->door_secret = mado_door_mark_secret (secret, error)) != NULL)
         && mado_triage_rules_read (conf, &desk->rules, error);
}

gboolean
mado_desk_check_conf (const MadoConf *conf, GError **error)
{
  g_autoptr (MadoDesk) desk = g_new0 (MadoDesk, 1);

  return read_conf (desk, conf, error);
}

MadoDesk *
mado_desk_open (const MadoConf *conf, MadoVault *vault, GError **error)
{
  g_autoptr (MadoDesk) desk = g_new0 (MadoDesk, 1);
  MadoDeskSettings *settings = &desk->settings;

  desk->vault = vault;
  desk->now = now;
  if (!read_conf (desk, conf, error))
    return NULL;
  desk->store = mado_store_open (mado_conf_string (conf, "store", "url"), settings->prefix, desk->vault, error);
  if (desk->store == NULL)
    return NULL;
  mado_store_set_max_words (desk->store, (gsize) mado_conf_int (conf, "store", "search-words"));
  desk->spool = mado_spool_open (mado_conf_string (conf, "spool", "directory"), error);
  if (desk->spool == NULL)
    return NULL;
  desk->archive = mado_archive_new (desk->spool, desk->vault, settings->archive);
  desk->batch = mado_batch_new (desk->store);
  desk->audit = mado_audit_new (desk->store, desk->batch);
  desk->opener = open_pool (desk, MADO_PEER_OPENER, settings->workers, settings->open_deadline_ms);
  desk->signer = open_pool (desk, MADO_PEER_SIGNER, settings->workers, CALL_DEADLINE_MS);
  desk->sender = open_pool (desk, MADO_PEER_SENDER, 1, settings->send_deadline_ms);
  desk->keyring = open_pool (desk, MADO_PEER_KEYRING, 1, CALL_DEADLINE_MS);
  desk->heads = mado_heads_new (desk);
  desk->guard = mado_guess_guard_new ();
  desk->retention = mado_retention_new (desk, error);
  if (desk->retention == NULL)
    return NULL;
  desk->seeker = mado_seeker_new (desk);
  desk->refresher = mado_refresher_new (desk);
  return g_steal_pointer (&desk);
}

void
mado_desk_close (MadoDesk *desk)
{
  if (desk == NULL)
    return;
  mado_guess_guard_free (desk->guard);
  mado_refresher_free (desk->refresher);
  mado_retention_free (desk->retention);
  mado_heads_free (desk->heads);
  mado_seeker_free (desk->seeker);
  mado_pool_free (desk->opener);
  mado_pool_free (desk->signer);
  mado_pool_free (desk->sender);
  mado_pool_free (desk->keyring);
  mado_audit_free (desk->audit);
  mado_batch_free (desk->batch);
  mado_archive_free (desk->archive);
  g_clear_pointer (&desk->spool, mado_spool_free);
  mado_store_close (desk->store);
  mado_seals_clear (&desk->seals);
  mado_vault_free (desk->vault);
  mado_vault_file_clear (&desk->vault_file);
  mado_triage_rules_free (desk->rules);
  mado_due_rules_free (desk->settings.due);
  g_clear_pointer (&desk->settings.door_secret, g_bytes_unref);
  g_free (desk);
}
