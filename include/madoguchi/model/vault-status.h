/* vault-status.h: what is known of the keys of the store: madoguchi.vault/1, the answer of `vault`. No secret is in it. */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  char *path;          /* of the wrapped keys */
  char **keys;         /* fingerprints of the team's keys that can open them, else key ids */
  char *signer;        /* fingerprint of the team's key that signed them */
  char *team_key;      /* [team] key */
  gboolean is_current; /* it can open them, and signed them */
  gint64 data_keys;    /* one; more while a change of keys is under way */
  gint64 data_key;     /* number of the one that seals */
  gboolean is_renewing; /* values or files are being sealed anew in the background */
  gint64 values_left;  /* values of the store that another data key sealed */
  gint64 files_left;   /* archived mails that another data key sealed, or none; -1: not counted yet */
  gint64 failed;       /* of both: they do not open, so the old data key stays */
} MadoVaultStatus;

MADO_DECLARE_RECORD (MadoVaultStatus, mado_vault_status)
