/* own-key.h: the team's own keys and certificates, part by part, and what is to be said of their ends. Pure data: found
 * by the keyring role (pgp/own-keys.h), judged wherever somebody has to be told, at a time that the caller gives. */
#pragma once

#include "madoguchi/model/record.h"
#include "madoguchi/model/report.h"

typedef struct {
  char *kind;        /* "team", "old", "shared": named by [team] key, old-keys, shared-keys; "certificate": one for S/MIME
                        that names an address of the team */
  MadoProtocol protocol;
  char *fingerprint; /* of the primary key, upper-case hex; of a certificate: SHA-1 */
  char *serial;      /* of a certificate, upper-case hex; else NULL */
  char *subkey;      /* of this part; NULL: the primary key itself, or a certificate */
  char **uses;       /* "certify", "sign", "encrypt" */
  gint64 created;
  gint64 expires;    /* 0: never */
  gboolean is_revoked;
  gboolean is_missing; /* the configuration names it, and the keyring has no such key */
  char **names;        /* user IDs; the addresses in a certificate and its subject. Of the primary key alone */
} MadoOwnKey;

typedef enum { MADO_LEVEL_OK, MADO_LEVEL_WARN, MADO_LEVEL_FAIL } MadoLevel;
extern const char *const mado_level_names[]; /* "ok", "warn", "fail" */

/* What is to be said of one part of one key at one time. */
typedef struct {
  MadoLevel level;
  gint64 stage;      /* 30, 14, 3: it ends within so many days; -1: it has ended; 0: neither */
  char *fingerprint; /* of the part */
  gint64 expires;
  char *text;        /* one line for people */
} MadoKeyNotice;

MADO_DECLARE_RECORD (MadoOwnKey, mado_own_key)
MADO_DECLARE_RECORD (MadoKeyNotice, mado_key_notice)

/* The warning due for something that ends at @expires (0: never) when it is @now: as MadoKeyNotice.stage. */
int mado_own_key_stage (gint64 expires, gint64 now);

/* (transfer full) a MadoKeyNotice for each of @own (of MadoOwnKey), in its order. */
GPtrArray *mado_own_keys_judge (const GPtrArray *own, gint64 now);

/* (transfer none, nullable) the part of @own with this fingerprint (a primary key's or a subkey's). */
const MadoOwnKey *mado_own_keys_find_part (const GPtrArray *own, const char *fingerprint);

/* (transfer none, nullable) the fingerprint of the key or subkey that a sender should take instead of @used, a part of
 * @own that opened a mail; NULL: @used is the one. */
const char *mado_own_keys_newer (const GPtrArray *own, const MadoOwnKey *used, gint64 now);
