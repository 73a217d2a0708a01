/* desk.c: see desk.h. */
#include "madoguchi/desk/desk.h"
#include "madoguchi/desk/refresh.h"
#include "madoguchi/desk/seeker.h"
#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/ipc/peer.h"
#include "madoguchi/model/door-mark.h"

#include <string.h>

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

/* The vault's secrets rest beside the store. */
static MadoVault *
open_vault (const char *url, GError **error)
{
  g_autofree char *path = g_strdup_printf ("%s.key", g_str_has_prefix (url, "sqlite:") ? url + strlen ("sqlite:") : url);
  g_autofree char *directory = g_path_get_dirname (path);
  g_autofree char *text = NULL;
  gsize length;

  if (g_file_get_contents (path, &text, &length, NULL)) {
    g_autoptr (GBytes) secrets = g_bytes_new (text, length);
    return mado_vault_import (secrets, error);
  }
  g_autoptr (MadoVault) vault = mado_vault_new ();
  g_autoptr (GBytes) secrets = mado_vault_export (vault);
  if (g_mkdir_with_parents (directory, 0700) != 0
      || !g_file_set_contents_full (path, g_bytes_get_data (secrets, NULL), (gssize) g_bytes_get_size (secrets),
                                    G_FILE_SET_CONTENTS_DURABLE, 0600, error))
    return NULL;
  return g_steal_pointer (&vault);
}

MadoDesk *
mado_desk_open (const MadoConf *conf, GError **error)
{
  g_autoptr (MadoDesk) desk = g_new0 (MadoDesk, 1);
  MadoDeskSettings *settings = &desk->settings;
  const char *secret = mado_conf_string (conf, "milter", "secret-file");

  desk->conf = conf;
  desk->now = now;
  if (!mado_desk_settings_read (conf, settings, error))
    return NULL;
  if (secret != NULL && (settings->door_secret = mado_door_mark_secret (secret, error)) == NULL)
    return NULL;
  if (!mado_triage_rules_read (conf, &desk->rules, error))
    return NULL;
  desk->vault = open_vault (mado_conf_string (conf, "store", "url"), error);
  if (desk->vault == NULL)
    return NULL;
  desk->store = mado_store_open (mado_conf_string (conf, "store", "url"), settings->prefix, desk->vault, error);
  if (desk->store == NULL)
    return NULL;
  desk->spool = mado_spool_open (mado_conf_string (conf, "spool", "directory"), error);
  if (desk->spool == NULL)
    return NULL;
  desk->batch = mado_batch_new (desk->store);
  desk->opener = open_pool (desk, MADO_PEER_OPENER, settings->workers, settings->open_deadline_ms);
  desk->signer = open_pool (desk, MADO_PEER_SIGNER, settings->workers, CALL_DEADLINE_MS);
  desk->sender = open_pool (desk, MADO_PEER_SENDER, 1, settings->send_deadline_ms);
  desk->keyring = open_pool (desk, MADO_PEER_KEYRING, 1, CALL_DEADLINE_MS);
  desk->seeker = mado_seeker_new (desk);
  desk->refresher = mado_refresher_new (desk);
  return g_steal_pointer (&desk);
}

void
mado_desk_close (MadoDesk *desk)
{
  if (desk == NULL)
    return;
  mado_refresher_free (desk->refresher);
  mado_seeker_free (desk->seeker);
  mado_pool_free (desk->opener);
  mado_pool_free (desk->signer);
  mado_pool_free (desk->sender);
  mado_pool_free (desk->keyring);
  mado_batch_free (desk->batch);
  g_clear_pointer (&desk->spool, mado_spool_free);
  mado_store_close (desk->store);
  mado_vault_free (desk->vault);
  mado_triage_rules_free (desk->rules);
  g_clear_pointer (&desk->settings.door_secret, g_bytes_unref);
  g_free (desk);
}
