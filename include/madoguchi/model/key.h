/* key.h: a known public key and what vouches for it, as data: madoguchi.key/1, a line of `keys ls --json`.
 *
 * Computed by the keyring role when keys change, never in the mail path.
 */
#pragma once

#include "madoguchi/model/record.h"
#include "madoguchi/model/report.h"

typedef struct {
  char *user_id; /* as in the key */
  char *address; /* addr-spec in it, domain folded; NULL when there is none */
  MadoValidity validity;
  gboolean is_revoked;
} MadoKeyUser;

typedef struct {
  char *fingerprint; /* primary key, upper-case hex */
  char **subkeys;    /* fingerprints of all subkeys */
  gint64 created;
  gint64 expires;    /* 0: never */
  gboolean is_revoked, is_expired, is_disabled, has_secret;
  gboolean can_encrypt, can_sign;
  char *algorithm; /* "ed25519", "rsa4096" */
  GPtrArray *users; /* of MadoKeyUser; JSON "user_ids" */
  char **pinned;    /* addresses this key is pinned for */
  gboolean is_distrusted;
} MadoKey;

/* The whole table, as it rests beside the keyring for the opener and the signer to read. */
typedef struct {
  gint64 made;
  char *trust_model; /* [crypto] trust-model that the validities were computed by */
  GPtrArray *keys;   /* of MadoKey */
} MadoKeyTable;

MADO_DECLARE_RECORD (MadoKeyUser, mado_key_user)
MADO_DECLARE_RECORD (MadoKey, mado_key)
MADO_DECLARE_RECORD (MadoKeyTable, mado_key_table)
