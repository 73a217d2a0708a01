/* policy.h: may we answer by ourselves, to whom, and how much may the answer say? Pure.
 *
 * The gateway is a service responder in the sense of RFC 3834, 2: it answers the From address of a report (the
 * protected one when there is one), once for each new ticket, and never a machine. It does not answer Reply-To.
 * Role addresses (abuse@, postmaster@, cert@) are people. */
#pragma once

#include "madoguchi/model/envelope.h"
#include "madoguchi/model/report.h"

typedef struct {
  const MadoReport *report;
  const char *mail_from;           /* of the envelope; "" is the null sender, NULL: not known */
  gboolean is_new_ticket;
  gboolean is_own_message_id;      /* its Message-ID is one of our answers' */
  gboolean is_clash;               /* its Message-ID came before, with other content: answered then */
  const char *const *team;         /* our addresses, without extension */
  const char *const *languages;    /* that we answer in; the first is the default */
  gint64 answers;                  /* automatic answers to the From address within the window */
  gint64 max_answers;
  gboolean may_encrypt;            /* [reply] encrypt */
} MadoPolicyFacts;

typedef struct {
  gboolean is_allowed;
  const char *reason;        /* static; "new-ticket" when allowed, else which rule says no: see policy.c */
  const char *template_name; /* static: "ack", "ack-plain", "cannot-open"; NULL when not allowed */
  const char *language;      /* of facts->languages */
  const char *recipient;     /* of the report */
  const char *encrypt_to;    /* of the report; NULL: signed in the clear, and nothing in it but the ticket's name */
} MadoPolicyVerdict;

/* May the report of @facts be answered by itself, with what, and to whom (RFC 3834)? Pure; the strings of the
 * verdict live as long as the facts. */
MadoPolicyVerdict mado_policy_judge (const MadoPolicyFacts *facts);

/* Is @address, with or without +extension, one of @team? */
gboolean mado_policy_is_ours (const char *address, const char *const *team);
