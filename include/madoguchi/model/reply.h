/* reply.h: an answer before it is sealed (made by the keeper, turned into a mail by the signer). */
#pragma once

#include "madoguchi/model/key.h"

/* A file that goes along. */
typedef struct {
  char *name;    /* without a directory */
  char *type;    /* "application/pdf" */
  gint64 size;
  char *sha256;
  char *content; /* base64; NULL once the answer is sealed; internal */
} MadoReplyFile;

typedef struct {
  char *message_id;   /* fixed when the answer is created, with angle brackets */
  gint64 date;
  char *template_name; /* "ack", "ack-plain" ...: the text comes from [reply] templates; NULL: text below */
  char *language;     /* "ja", "en"; NULL: in all languages of the team, one below the other */
  char **variants;    /* words of the team's own by which templates are chosen, first things first: NAME.VARIANT.LANGUAGE */
  char *reason;       /* why a matter is not ours: words of the team, from its rules */
  char **reasons;     /* map: language -> the same in it */
  char *earlier;      /* ticket of an earlier mail of the same sender with the same text */
  char *ticket;       /* "PREFIX #2026-000001" */
  char *recipient;    /* one address */
  char *recipient_name;
  char *reply_to;     /* team address with the thread's token */
  char *in_reply_to;  /* Message-ID of the mail we answer; NULL when it had none */
  char **references;
  char *subject;      /* the protected Subject; NULL: from the template */
  char *text;
  char *encrypt_to;   /* fingerprint of the recipient's key; NULL: signed in the clear, content-free */
  char *key_source;   /* how that key was found: a source of MadoKeyCandidate; NULL: no key */
  char *key_protocol; /* "openpgp", "smime": how the answer is sealed; NULL: OpenPGP */
  char *key_block;    /* base64 of the key when it is not in the ring */
  gboolean may_look_up; /* may directories be asked for the recipient's key, when no better one is known? */
  char **unusable;    /* fingerprints of keys that GnuPG could not encrypt to */
  GPtrArray *candidates; /* of MadoKeyCandidate: the keys that may be chosen before it is sealed, and were or were not */
  char **external_ids; /* other teams' numbers of the case that may stand in the Subject, beside our own */
  char *plain_template;      /* when no key can be used, instead of template_name; NULL: no key is looked for */
  char *plain_language;      /* ... and in this language, as in language */
  gboolean is_plain_bare;    /* ... and then without variants, reason and earlier ticket */
  char **plain_external_ids; /* ... and instead of external_ids: those that came in the clear */
  gboolean is_automatic; /* Auto-Submitted: auto-replied (RFC 3834) */
  char **together;      /* further recipients of the same mail, who see each other; none otherwise */
  char **together_keys; /* fingerprints of their keys, beside them */
  char *author;       /* login of the member who wrote it; NULL: the gateway */
  GPtrArray *files;   /* of MadoReplyFile */
} MadoReply;

/* Largest file that travels, in base64; [reply] attachments-max may be smaller, not larger. */
#define MADO_REPLY_FILE_MAX (24 * 1024 * 1024)
/* Longest text of a member's answer. */
#define MADO_REPLY_TEXT_MAX (1024 * 1024)

MADO_DECLARE_RECORD (MadoReplyFile, mado_reply_file)
MADO_DECLARE_RECORD (MadoReply, mado_reply)
