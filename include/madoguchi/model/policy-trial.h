/* policy-trial.h: what the rules that are in force now would make of an incident, beside what it shows; and why its automatic
 * answer is what it is: madoguchi.policy-trial/1, the answer of `policy try`. Nothing of it is written down. */
#pragma once

#include "madoguchi/model/triage.h"

/* Something that would be otherwise. */
typedef struct {
  char *field; /* as in MadoDecision */
  char *now;   /* nullable: none */
  char *then;  /* nullable: none */
} MadoPolicyChange;

/* The automatic answer to the mail that made the incident. */
typedef struct {
  char *answer;        /* "none", "acknowledge"...: docs/answers.md */
  char *reason;        /* code of the rule that decides */
  char *when;          /* that rule in words */
  char *template_name; /* JSON "template"; NULL: no answer */
  char *language;      /* NULL: all of the team's */
  char *state;         /* "draft", "ready", "sending", "sent", "failed"; NULL: no answer */
  gboolean encrypted;
  char *fingerprint;   /* of the key; NULL: in the clear */
  char *because;       /* why that key, or none */
} MadoPolicyAnswer;

typedef struct {
  char *ticket, *number;
  char *rules_file;    /* NULL: there are no rules */
  gint64 mails;        /* that were judged */
  gint64 left_out;     /* that could not be: erased, held, or too many */
  GPtrArray *changes;  /* of MadoPolicyChange */
  MadoTriage *triage;  /* what it would come to, members' own decisions among it */
  MadoPolicyAnswer *answer; /* NULL: nothing can be said of it */
} MadoPolicyTrial;

MADO_DECLARE_RECORD (MadoPolicyChange, mado_policy_change)
MADO_DECLARE_RECORD (MadoPolicyAnswer, mado_policy_answer)
MADO_DECLARE_RECORD (MadoPolicyTrial, mado_policy_trial)
