/* triage.h: what is thought of a report by the rules, and what an incident shows when its mails and its members say
 * different things. Pure: the same rules, report and history always give the same decisions. */
#pragma once

#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/model/report.h"
#include "madoguchi/model/triage.h"

typedef struct {
  gboolean is_joined;  /* the mail joined an incident: it may raise its priority and add to it, no more */
  gboolean is_related; /* an earlier incident shares indicators with it */
} MadoTriageHistory;

/* (transfer full) what @rules (nullable: there are none) say of @report: decisions, each with its rule and what it rests on,
 * and what they come to. A category that the report itself gives goes before those of rules that do not override. */
MadoTriage *mado_triage_judge (const MadoTriageRules *rules, const MadoReport *report, const MadoTriageHistory *history);

/* Makes of @triage's decisions what the incident shows, and marks those that count. They come in the order of the mails,
 * members' behind all others in the order in which they were made. A member's word counts before any rule's, until he says
 * "auto"; else the first category and owner, the highest priority, all tags and constituencies, the strictest TLP.
 * @tlp: (out, nullable, transfer none) that one. */
void mado_triage_combine (MadoTriage *triage, const char **tlp);

/* (nullable) why the team does not handle it, for somebody who reads @language (nullable). */
const char *mado_triage_scope (const MadoTriage *triage, const char *language);

/* Was the decision made by a person? */
gboolean mado_triage_is_members (const MadoDecision *decision);
