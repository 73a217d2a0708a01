/* policy-trial.h: what would the rules that are in force now make of an incident, and why is its automatic answer what it is? Reads,
 * and writes nothing. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/model/policy-trial.h"

/* (transfer full) the rules of @desk tried on the mails of @incident (the first hundred). Members' own decisions stay what they are.
 * Errors: NO (no such incident), TEMP. */
MadoPolicyTrial *mado_policy_trial_run (const MadoDesk *desk, gint64 incident, GError **error);
