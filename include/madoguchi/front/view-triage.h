/* view-triage.h: what was decided of an incident, for people. Pure. */
#pragma once

#include "madoguchi/model/incident.h"
#include "madoguchi/model/triage.h"

/* Appends @triage: what the incident shows, then every decision with its rule, or who made it, and on what. */
void mado_view_triage (GString *out, guint columns, const MadoTriage *triage);

/* Appends the lines of triage in an incident's head: priority, category with its names, tags, constituencies. */
void mado_view_classes (GString *out, guint columns, const MadoIncident *incident);
