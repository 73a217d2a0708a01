/* desk.h: what the parts of the keeper share: settings, store, spool, and the ways to the other roles. */
#pragma once

#include "madoguchi/desk/archive.h"
#include "madoguchi/desk/audit.h"
#include "madoguchi/desk/batch.h"
#include "madoguchi/desk/pool.h"
#include "madoguchi/desk/settings.h"
#include "madoguchi/desk/store-seals.h"
#include "madoguchi/desk/vault-file.h"
#include "madoguchi/spool/spool.h"

typedef struct _MadoKeyWatch MadoKeyWatch; /* key-watch.h */

typedef struct {
  const MadoConf *conf;
  MadoDeskSettings settings;
  MadoVault *vault; /* what seals the store */
  MadoVaultFile vault_file; /* where its keys rest; empty in tests that made them */
  MadoStore *store;
  MadoSeals seals; /* how far the check of what rests in it has come */
  struct _MadoTriageRules *rules; /* of triage; NULL: none */
  MadoSpool *spool;
  MadoArchive *archive;
  MadoBatch *batch;
  MadoAudit *audit;
  MadoPool *opener, *signer, *sender, *keyring;
  struct _MadoRetention *retention; /* what is erased when (retention.h) */
  struct _MadoHeads *heads; /* of the audit (heads.h) */
  struct _MadoSeeker *seeker; /* looks for keys (seeker.h) */
  struct _MadoWatch *watch; /* tells the page of changes (watch.h) */
  struct _MadoGuessGuard *guard; /* against guessing passwords (guess-guard.h) */
  struct _MadoLooking *looking; /* who has which ticket before him (looking.h); NULL: nobody asks */
  guint hashing; /* passwords that are being hashed now */
  struct _MadoRenewal *renewal; /* the keeper's (renewal.h) */
  MadoKeyWatch *keys; /* the keeper's; NULL: none looks */
  struct _MadoRefresher *refresher; /* looks for them again (refresh.h) */
  gint64 (*now) (void); /* seconds since the epoch; tests set their own */
  gboolean is_draining; /* begin nothing new */
} MadoDesk;

/* Can a desk be opened by @conf, as far as @conf alone says? Errors: CONF. */
gboolean mado_desk_check_conf (const MadoConf *conf, GError **error);

/* (transfer full) everything opened; connections are made when they are needed. @conf must outlive it. @vault: (transfer
 * full). Errors: CONF, TEMP, DENIED. */
MadoDesk *mado_desk_open (const MadoConf *conf, MadoVault *vault, GError **error);
void mado_desk_close (MadoDesk *desk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoDesk, mado_desk_close)
