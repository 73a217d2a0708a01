/* policy.h: may we answer by ourselves, to whom, and how much may the answer say? Pure.
 *
 * The gateway is a service responder in the sense of RFC 3834, 2: it answers the From address of a report (the
 * protected one when there is one), once for each new ticket, and never a machine. It does not answer Reply-To.
 * Role addresses (abuse@, postmaster@, cert@) are people. The rules are an ordered table in policy.c;
 * docs/answers.md explains each. */
#pragma once

#include "madoguchi/model/envelope.h"
#include "madoguchi/model/report.h"

typedef enum {
  MADO_ANSWER_NONE,
  MADO_ANSWER_ACKNOWLEDGE,  /* encrypted to the reporter, who encrypted */
  MADO_ANSWER_CONTENT_FREE, /* the report came encrypted, and there is no key to answer with */
  MADO_ANSWER_CANNOT_OPEN,  /* names our key; the same words whatever failed inside: no oracle */
  MADO_ANSWER_PLAINTEXT,    /* it came in the clear: how to encrypt the next one */
  MADO_ANSWER_OUT_OF_SCOPE, /* with the team's reason */
  MADO_ANSWER_DUPLICATE     /* the same text came from the same sender before */
} MadoAnswer;

/* "none", "acknowledge", "content-free", "cannot-open", "plaintext", "out-of-scope", "duplicate". */
extern const char *const mado_answer_names[];

/* What triage found out about a new ticket; all in words of the team's own, from its rules. */
typedef struct {
  const char *out_of_scope_reason; /* NULL: ours to handle */
  const char *template_name;       /* a variant of the answers for such tickets; NULL: none */
  const char *constituency;        /* nullable */
  gboolean is_silent;              /* a rule says that such mails get no answer */
  char *const *out_of_scope;       /* map: language -> the same reason in it; nullable */
} MadoPolicyTriage;

typedef struct {
  const MadoReport *report;
  const char *mail_from;           /* of the envelope; "" is the null sender, NULL: not known */
  gboolean is_new_ticket;
  gboolean is_same_mail;           /* Message-ID and content came before, by another way */
  gboolean is_own_message_id;      /* its Message-ID is one of our answers' */
  gboolean is_clash;               /* its Message-ID came before, with other content: answered then */
  const char *earlier;             /* number of the ticket of an earlier mail of this sender with the same text; NULL: none */
  gboolean is_told;                /* ... and an answer now would say nothing new */
  MadoPolicyTriage triage;
  const char *const *team;         /* our addresses, without extension */
  const char *const *languages;    /* that we answer in; the first is the default */
  const char *const *own_lists;    /* List-Ids whose fields do not count */
  gint64 answers;                  /* automatic answers to the From address within the window */
  gint64 max_answers;
  gint64 all_answers;              /* ... to anybody within an hour */
  gint64 max_all_answers;
  const char *key;                 /* that the answer can be encrypted to; NULL: there is none, or [reply] encrypt says no.
                                      Both is asked: which it is turns out before the answer is sealed */
} MadoPolicyFacts;

#define MADO_POLICY_VARIANTS 3

typedef struct {
  MadoAnswer answer;
  gboolean is_allowed;       /* answer is not NONE */
  const char *reason;        /* static: the code of the rule that decided */
  const char *template_name; /* static; NULL when not allowed */
  const char *variants[MADO_POLICY_VARIANTS + 1]; /* of templates, in the order of looking; NULL-terminated */
  const char *language;      /* of facts->languages; NULL: not sure, all of them */
  const char *recipient;     /* of the report */
  const char *encrypt_to;    /* the facts' key; NULL: signed in the clear */
  const char *scope_reason;  /* OUT_OF_SCOPE: of the facts */
  char *const *scope_reasons; /* ... map: language -> reason; nullable */
  const char *earlier;       /* DUPLICATE: of the facts */
} MadoPolicyVerdict;

/* Does the report of @facts get an answer, which, and to whom (RFC 3834)? Pure; the strings of the verdict live as long
 * as the facts. */
MadoPolicyVerdict mado_policy_judge (const MadoPolicyFacts *facts);

/* (nullable) the key in @report that speaks for its sender: of who signed it, and nobody else: never a key that was merely offered, never
 * one that fits the address alone. A key that vouches for another address than From is not used either: the answer goes to
 * From. The string is the report's. */
const char *mado_policy_choose_key (const MadoReport *report);

/* May @address stand alone as a recipient: one addr-spec that cannot be anything else in a header or a command? */
gboolean mado_policy_is_answerable (const char *address);

/* (nullable, static) why a member's answer does not go to the From address of @report unless he names it himself: the rules
 * about who speaks, not those that keep programs from talking to each other. Reply-To never counts. */
const char *mado_policy_refuse_sender (const MadoReport *report, const char *const *team);

/* One rule, for people. */
typedef struct {
  const char *reason;
  MadoAnswer answer;
  const char *when; /* in plain words */
} MadoPolicyRule;

/* Rule number @index in the order in which they are asked; FALSE when there are no more. */
gboolean mado_policy_rule (guint index, MadoPolicyRule *rule);

/* Is @address, with or without +extension, one of @team? */
gboolean mado_policy_is_ours (const char *address, const char *const *team);
