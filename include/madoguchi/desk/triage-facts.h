/* triage-facts.h: what a report has that rules may ask for, gathered once, so that asking costs the same for every rule.
 * Pure, and bounded: a report that is full of things is looked at up to a maximum. For triage.c alone. */
#pragma once

#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/model/report.h"

/* Somebody of ours is touched. */
typedef struct {
  guint constituency; /* its index */
  const char *role;   /* static: "source", "target", "mentioned", "reporter" */
  char *because;      /* "192.0.2.7, target in record 1 (xarf)" */
} MadoTouch;

typedef struct {
  const MadoTriageRules *rules;
  GHashTable *facts;   /* "KEY\nVALUE" (triage-rules.h) -> why, in words, or "" when the fact says it all */
  GPtrArray *touches;  /* of MadoTouch: of each constituency one in each role */
  guint8 *words;       /* of each word of the rules: MADO_WORD_IN_... */
} MadoTriageFacts;

enum { MADO_WORD_IN_SUBJECT = 1, MADO_WORD_IN_TEXT = 2, MADO_WORD_IN_RECORD = 4 };

/* Gathers what @report has. @is_related: does an earlier incident share indicators with it? */
void mado_triage_facts_init (MadoTriageFacts *facts, const MadoTriageRules *rules, const MadoReport *report, gboolean is_related);
void mado_triage_facts_clear (MadoTriageFacts *facts);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoTriageFacts, mado_triage_facts_clear)

/* Adds one that came of a rule. */
void mado_triage_facts_add (MadoTriageFacts *facts, const char *key, const char *value, const char *because);
