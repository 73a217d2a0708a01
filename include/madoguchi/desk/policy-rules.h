/* policy-rules.h: the rules of triage for people: as their file has them, and how often each decided something. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/model/policy-sheet.h"

/* Adds @rules to @sheet. Errors: TEMP. */
gboolean mado_policy_rules_add (MadoStore *store, const MadoTriageRules *rules, MadoPolicySheet *sheet, GError **error);
