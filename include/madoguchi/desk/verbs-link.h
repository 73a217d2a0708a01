/* verbs-link.h: link, merge, split: what tickets are to each other. */
#pragma once

#include "madoguchi/desk/control.h"
#include "madoguchi/model/incident.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_link (MadoCall *call);
void mado_verb_merge (MadoCall *call);
void mado_verb_split (MadoCall *call);

/* Takes the states of tickets that who asks may not read out of @linked (of MadoLink): their numbers stay. */
gboolean mado_verbs_veil_links (const MadoCall *call, GPtrArray *linked, GError **error);

/* When @incident is finished and reports below it are not: says so in @call's `more`, "notes". */
gboolean mado_verbs_note_children (MadoCall *call, gint64 id, const MadoIncident *incident, GError **error);
