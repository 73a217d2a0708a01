/* key.h: a known public key and what vouches for it, as data: madoguchi.key/1, a line of `keys ls --json`.
 *
 * Computed by the keyring role when keys change, never in the mail path.
 */
#pragma once

#include "madoguchi/model/own-key.h"
#include "madoguchi/model/record.h"
#include "madoguchi/model/report.h"

typedef struct {
  char *user_id; /* as in the key */
  char *address; /* addr-spec in it, domain folded; NULL when there is none */
  MadoValidity validity;
  char *vouched_by; /* what gives it that validity: "certified" or "web-of-trust"; NULL: nothing. Pins and maps are
                       statements about the key, not about what it calls itself */
  gboolean is_revoked;
} MadoKeyUser;

/* What the house says of a key: data of ours, no certification in the sense of OpenPGP (there is no key to make one
 * with where the keyring is written). */
typedef struct {
  char *kind;    /* "pin", "map", "certified", "distrusted", "successor", "found" */
  char *subject; /* pin, certified, successor, found: an address; map: an address or a domain; distrusted: NULL */
  gint64 made;
  char *by;      /* the member's login; successor: fingerprint of the older key, which certified this one for the
                    address; found: the directory that offered the key for the address ("wkd", "dane", "vks"), which vouches for
                    nothing; NULL: not known */
} MadoKeyStatement;

typedef struct {
  char *fingerprint; /* primary key, upper-case hex */
  char **subkeys;    /* fingerprints of all subkeys */
  gint64 created;
  gint64 expires;    /* 0: never */
  gboolean is_revoked, is_expired, is_disabled, has_secret;
  gboolean can_encrypt, can_sign;
  gint64 encrypts_until; /* when its last valid encryption subkey ends; 0: never, or there is none */
  char *algorithm; /* "ed25519", "rsa4096" */
  GPtrArray *users; /* of MadoKeyUser; JSON "user_ids" */
  char **pinned;    /* addresses this key is pinned for */
  gboolean is_distrusted;
  GPtrArray *statements; /* of MadoKeyStatement */
} MadoKey;

/* The format of the table below: one of another number is made again. */
#define MADO_KEY_TABLE_FORMAT 5

/* The whole table, as it rests beside the keyring for the opener and the signer to read. */
typedef struct {
  gint64 format;     /* MADO_KEY_TABLE_FORMAT */
  gint64 made;
  gint64 until;      /* when the first certification or key ends that a validity rests on; 0: never */
  char *trust_model; /* [crypto] trust-model that the validities were computed by */
  char **distrusted; /* fingerprints, of keys and certificates that need not be known */
  GPtrArray *keys;   /* of MadoKey */
  char **own_named;  /* what the configuration named when the next one was filled (pgp/own-keys.h) */
  GPtrArray *own;    /* of MadoOwnKey */
} MadoKeyTable;

/* A key that an address is known by, as the keeper remembers it (madoguchi.known-key/1). */
typedef struct {
  char *address;     /* lower case */
  char *protocol;    /* "openpgp", "smime": it signs with it; "offered": it asks to be written to with it */
  char *fingerprint;
  char *vouched_by;  /* when it was last seen; as in MadoSigner */
  gint64 first_seen, last_seen;
} MadoKnownKey;

/* What a look-up in a directory brought (madoguchi.refresh/1). */
typedef struct {
  char *address;     /* that was looked up */
  char *source;      /* "wkd", "dane", "vks"; NULL: no directory had anything */
  char *fingerprint; /* of a key; NULL: of none */
  char *outcome;     /* "new", "updated", "unchanged": a key; "none": no directory has one; "failed": not every one could be
                        asked, or what came is no key for the address */
  gint64 was_expires, expires; /* of the key, before and now; 0: never */
  gboolean is_revoked, is_expired, can_encrypt;
  char *reason;      /* of "failed", in words */
  char *warning;     /* key continuity: this is not the key that the address is known by; NULL: nothing to say */
} MadoFoundKey;
MADO_DECLARE_RECORD (MadoFoundKey, mado_found_key)
/* One key that an answer could be encrypted to, with what speaks for it and against it. The keeper names it (from the
 * report and what it remembers), the keyring fills in what it knows of it, desk/key-choice judges. */
typedef struct {
  char *source;      /* how it came to be one: see key-choice.h */
  char *protocol;    /* "openpgp", "smime" */
  char *fingerprint; /* primary key */
  char *block;       /* base64 of the key itself, when it is not in the ring: what the mail offered; internal */
  char *refused;     /* why the keeper takes it in no case; NULL: it may be taken; internal */
  gboolean is_present;       /* in the ring, or `block` could be read */
  gboolean is_own;           /* the team's */
  gboolean is_revoked, is_expired, is_disabled, is_distrusted;
  gboolean can_encrypt;      /* has a valid subkey for it */
  gint64 encrypts_until;     /* when the last such subkey ends; 0: never */
  gboolean names_address;    /* by a user ID that is not revoked, a pin or a map */
  gboolean is_name_revoked;  /* the user ID with the address is revoked */
  gboolean is_displaced;     /* another key is pinned for the address */
  char *reason;      /* "chosen", or in words why not */
} MadoKeyCandidate;

MADO_DECLARE_RECORD (MadoKeyCandidate, mado_key_candidate)
MADO_DECLARE_RECORD (MadoKeyUser, mado_key_user)
MADO_DECLARE_RECORD (MadoKeyStatement, mado_key_statement)
MADO_DECLARE_RECORD (MadoKey, mado_key)
MADO_DECLARE_RECORD (MadoKeyTable, mado_key_table)
MADO_DECLARE_RECORD (MadoKnownKey, mado_known_key)
