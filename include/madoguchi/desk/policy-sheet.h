/* policy-sheet.h: what is in force in the house, gathered for people from where it is in force: the settings that were read, the
 * rules of triage, the tables of answers and permissions. No incident is looked at, but for how often rules decided something. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/model/policy-sheet.h"

/* (transfer full) everything but the templates and canned texts, which the signer knows. Errors: TEMP. */
MadoPolicySheet *mado_policy_sheet_new (const MadoDesk *desk, GError **error);

/* (static) of which matter the settings of @section are; NULL: the section has none. */
const char *mado_policy_sheet_group (const char *section);
