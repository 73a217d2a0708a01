/* view-incident.h: tickets, held mails, keys and counts for people. See view.h for the two kinds of lines. */
#pragma once

#include "madoguchi/model/incident.h"
#include "madoguchi/model/key.h"

/* Appends one line for @incident; columns of ours first, then, behind the mark, reporter and subject. */
void mado_view_summary_head (GString *out);
void mado_view_summary (GString *out, guint columns, const MadoIncident *incident);

/* Appends the whole of it. */
void mado_view_incident (GString *out, guint columns, const MadoIncident *incident);

void mado_view_held (GString *out, guint columns, const MadoHeld *held);
void mado_view_account (GString *out, const MadoAccount *account);
void mado_view_key (GString *out, guint columns, const MadoKey *key);
