/* triage-case.h: triage of a mail that belongs to an incident now: asks the store for its history, the rules for a verdict,
 * and writes down what it comes to. Part of the caller's transaction. */
#pragma once

#include "madoguchi/desk/settle.h"
#include "madoguchi/model/triage.h"

/* Judges @report, of the mail @queue_id in @incident, and lets the incident show what follows; what was thought of this mail
 * before is replaced, members' changes stay. @is_joined: it joined one that was there.
 * Errors: TEMP, BUG. */
gboolean mado_triage_case (const MadoSettler *settler, gint64 incident, const char *queue_id, const MadoReport *report,
                           gboolean is_joined, GError **error);
