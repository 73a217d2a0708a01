/* door-policy.h: what the door says to a mail. Pure: facts in, one verdict out. The rules are one table; docs/milter.md
 * shows it to administrators. When in doubt, a mail is accepted. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/intake/door-keys.h"
#include "madoguchi/intake/door-reader.h"

typedef enum {
  MADO_DOOR_RATE,           /* at MAIL: too many from this network */
  MADO_DOOR_TOKEN,          /* at RCPT: a reply token that we never gave away */
  MADO_DOOR_SIZE,
  MADO_DOOR_STRUCTURE,      /* more parts, levels or header than we read */
  MADO_DOOR_PACKET_VERSION, /* encrypted in a form that our OpenPGP program does not know */
  MADO_DOOR_NO_INTEGRITY,   /* encrypted without integrity protection */
  MADO_DOOR_WRONG_KEY,      /* encrypted, and to none of our keys; or to one that has expired */
  MADO_DOOR_PLAINTEXT,      /* to an address that takes encrypted mail only */
  MADO_DOOR_RULES           /* their number; as a verdict: nothing to say */
} MadoDoorRule;

typedef enum { MADO_DOOR_OFF, MADO_DOOR_LOG, MADO_DOOR_ON } MadoDoorMode;

typedef struct {
  const char *name;     /* in logs, marks and settings: "wrong-key" */
  const char *code;     /* "550" */
  const char *extended; /* "5.7.1" (RFC 3463, RFC 5248) */
  const char *english, *japanese; /* the words; {key} and {where} are filled in */
} MadoDoorRuleRow;

/* One row per rule. */
const MadoDoorRuleRow *mado_door_rule (MadoDoorRule rule);

typedef struct {
  MadoDoorMode modes[MADO_DOOR_RULES];
  const char *const *encrypted_only; /* addresses that take encrypted mail only; empty: all of ours */
  const char *where;                 /* where the key is to be found */
} MadoDoorSettings;

/* Reads [milter]; what is in @settings belongs to @conf. */
void mado_door_settings_read (MadoDoorSettings *settings, const MadoConf *conf);

typedef struct {
  const MadoDoorFacts *facts; /* NULL: not looked at */
  const char *const *recipients; /* ours, of this mail */
  gboolean is_mixed;  /* it goes to others, too: a refusal would take it away from them */
  gboolean is_too_large;
  gint64 now;
} MadoDoorMail;

/* The rules that @mail breaks, as bits (1 << rule), whatever their modes. */
guint mado_door_judge (const MadoDoorSettings *settings, MadoDoorKeys *keys, const MadoDoorMail *mail);

/* The first of @broken that is on; MADO_DOOR_RULES: none, the mail is accepted. */
MadoDoorRule mado_door_choose (const MadoDoorSettings *settings, guint broken, gboolean is_mixed);

/* (transfer full) the names of @broken whose rules are not off, with commas; NULL: none. */
char *mado_door_names (const MadoDoorSettings *settings, guint broken);

/* (transfer full) the words of a reply: in English, and for clients that take UTF-8 (RFC 6531, 3.7.4) in Japanese, too,
 * on a line of their own. @key: the key id to use; nullable. */
char *mado_door_words (MadoDoorRule rule, const MadoDoorSettings *settings, const char *key, gboolean may_utf8);
