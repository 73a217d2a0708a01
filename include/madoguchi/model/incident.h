/* incident.h: a ticket with its thread, as members see it: madoguchi.incident/1 of the contract, and the
 * other answers of the keeper to its members. */
#pragma once

#include "madoguchi/model/record.h"
#include "madoguchi/model/key.h"
#include "madoguchi/model/draft.h"
#include "madoguchi/model/event.h"

typedef struct {
  gint64 messages;
  gint64 indicators;
  gint64 parts;
  gint64 key_warnings; /* mails that did not come with the keys that their sender is known by */
} MadoCounts;

/* A mail did not come with the key that its sender is known by. */
typedef struct {
  char *kind;    /* "changed": signed with another key; "unsigned": no sound signature; "refused": signed with a key that
                    the team distrusts, or while another one is pinned; "offered": only `offered` is wrong */
  char *address; /* of the sender */
  char *known;   /* fingerprint that the address is known by; NULL: none */
  gint64 since;
  char *seen;    /* of the key that signed; 16 digits when no more is known; NULL: none */
  char *offered; /* of another key that it asks to be answered with; NULL: none */
} MadoKeyWarning;

/* One line of a thread. */
typedef struct {
  gint64 id;
  char *queue_id;    /* of a mail that came in; NULL otherwise */
  char *direction;   /* "in", "out", "note", "event" */
  gint64 date;
  char *from;
  char *to;
  char *message_id;
  MadoReport *report; /* direction "in" */
  char *text;         /* of notes, events and answers */
  GPtrArray *event;   /* of MadoEvent: what the text is made of, when it is the gateway's own; none when it is not understood */
  char *delivery;     /* direction "out": "ready", "sending", "sent", "failed" */
  MadoKeyWarning *key_warning; /* direction "in"; NULL: none */
  char *author;       /* direction "out": login of the member who wrote it; NULL: the gateway */
  char *subject;      /* direction "out": of what a member wrote */
  GPtrArray *files;   /* direction "out": of MadoReplyFile */
  char *encrypted_to; /* direction "out": fingerprint; NULL: signed in the clear, or not sealed yet */
  char **encrypted_to_others; /* direction "out": of the others' keys, when one mail went to several */
  char *key_source;   /* direction "out": how that key was found, as in MadoKeyCandidate */
  GPtrArray *keys_considered; /* direction "out": of MadoKeyCandidate, each with its reason */
} MadoEntry;

/* Another incident in which the same indicators stand. */
typedef struct {
  char *type;
  char *value;
} MadoShared;

typedef struct {
  char *ticket;
  char *number;
  char *state;
  gint64 updated;
  gint64 shared;         /* how many indicators */
  GPtrArray *indicators; /* of MadoShared: the first of them */
} MadoRelation;

/* A member who may read an incident that is narrowed to such. */
typedef struct {
  char *login;
  char *by; /* login of who named him; NULL: the gateway, because he owned it or took part */
  gint64 since;
} MadoNamed;

/* Another incident that a member linked with this one. */
typedef struct {
  char *ticket;
  char *number;
  char *kind;  /* what the other one is to this one: "related", "parent", "child", "duplicate" */
  char *state; /* NULL: who asks may not read it */
} MadoLink;

typedef struct {
  char *ticket;  /* "PREFIX #2026-000001" */
  char *number;  /* "2026-000001" */
  gint64 created, updated;
  char *state;   /* "new", "open", "waiting", "resolved", "rejected"; "merged": it is part of another one now */
  char *owner;
  char *priority;
  char *category;
  char *tlp;
  char *subject;
  char *reporter; /* address */
  char *language;
  MadoEncryption encryption; /* of the first report */
  MadoSignatureStatus signature;
  MadoCounts *counts;
  char **external_ids;
  char *pap;            /* "PAP:RED"...; like tlp the strictest of all mails in it */
  char **category_names; /* map: what the category is called elsewhere (model/taxonomy.h) */
  char **tags;
  char **constituencies; /* that it touches */
  gint64 version;        /* another one after every change */
  gboolean restricted;   /* only named members may read it: TLP:RED, or a member's mark */
  gboolean veiled;       /* ... and who asked is none: only what mado_veil_type has is filled */
  char *restricted_reason; /* of the mark; NULL: none */
  GPtrArray *restricted_to; /* of MadoNamed; a summary has none */
  gint64 due;            /* when something has to be done; 0: nothing is due */
  char *due_step;        /* "answer", "action", "waiting", or "set" by a member */
  char *due_by;          /* login of who set it; NULL: the configuration */
  gboolean overdue;
  gint64 escalated;      /* when it was said aloud that it is overdue; 0: not yet */
  gint64 unread;         /* lines of its thread by others since who asks looked at it; at most 1000 are counted */
  gint64 erased;         /* when what it said was erased; 0: never. Later mails may say something again */
  char *erased_by;       /* a member, or the rule */
  gint64 hold;           /* since when nothing of it may be erased; 0: not */
  char *hold_by, *hold_reason;
  gboolean damaged;      /* a line of `list`: something of it does not belong there, or was changed in the store */
  char *parent;          /* the ticket that stands above it; NULL: none */
  char *merged_into;     /* the ticket that it is part of now; NULL: it stands for itself */
  GPtrArray *relations; /* of MadoRelation, newest first; a summary has none */
  char **links;         /* tickets that came of the same mail; a summary has none */
  GPtrArray *linked;    /* of MadoLink: what members linked; parents first; a summary has none */
  char **merged;        /* tickets that are part of it now; a summary has none */
  char *asked_for;      /* the one of them by whose number it was asked for; NULL: its own; a summary has none */
  GPtrArray *drafts; /* of MadoDraft: answers that are not sent yet; a summary has none */
  GPtrArray *thread; /* of MadoEntry; a summary (one line of `list`) has none: mado_summary_type */
} MadoIncident;

/* A mail that could not be settled, or waits for a member's yes. */
typedef struct {
  char *queue_id;
  gint64 received;
  char *reason;  /* "crash", "limit", "no-mail", "broken", "store-damaged", "damaged" (its own row), "unconfirmed-tag", "unconfirmed-alias"... */
  char *ticket;  /* the incident it claims or made; NULL when none */
  char *from;
  char *subject;
  gint64 attempts;
  gint64 size;
  gboolean restricted; /* it belongs to an incident that is not for who asks: only id and time are told */
} MadoHeld;

typedef struct {
  gint64 ticket, joined, bounce, auto_reply, duplicate, held, dropped_by_member, pending, feed;
} MadoAccountStates;

typedef struct {
  gint64 accepted;
  MadoAccountStates *states;
  gboolean balanced;
  char **notices; /* what members have to know of the house: keys of the team that end */
} MadoAccount;

MADO_DECLARE_RECORD (MadoCounts, mado_counts)
MADO_DECLARE_RECORD (MadoKeyWarning, mado_key_warning)
MADO_DECLARE_RECORD (MadoEntry, mado_entry)
MADO_DECLARE_RECORD (MadoShared, mado_shared)
MADO_DECLARE_RECORD (MadoRelation, mado_relation)
MADO_DECLARE_RECORD (MadoNamed, mado_named)
MADO_DECLARE_RECORD (MadoLink, mado_link)
MADO_DECLARE_RECORD (MadoIncident, mado_incident)
MADO_DECLARE_RECORD (MadoHeld, mado_held)
MADO_DECLARE_RECORD (MadoAccountStates, mado_account_states)
MADO_DECLARE_RECORD (MadoAccount, mado_account)

/* The same struct without its thread. */
extern const MadoRecordType mado_summary_type;

/* ... with nothing but that it exists. */
extern const MadoRecordType mado_veil_type;

/* (transfer full) what somebody who must not read @incident is told of it. */
MadoIncident *mado_incident_veil (const MadoIncident *incident);
