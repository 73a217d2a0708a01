/* view-incident.h: tickets, held mails, keys and counts for people. See view.h for the two kinds of lines. */
#pragma once

#include "madoguchi/model/incident.h"
#include "madoguchi/model/key.h"

/* Appends the heads of the columns below. */
void mado_view_summary_head (GString *out);

/* Appends one line for @incident; columns of ours first, then, behind the mark, reporter and subject. */
void mado_view_summary (GString *out, guint columns, const MadoIncident *incident);

/* What came of a change of a ticket: the keeper's answer (ipc/peer.h). */
void mado_view_change (GString *out, GVariant *body);

/* Appends the whole of it. */
void mado_view_incident (GString *out, guint columns, const MadoIncident *incident);

/* Appends a mail that is held: when, why, how often it was tried; sender and subject behind the mark. */
void mado_view_held (GString *out, guint columns, const MadoHeld *held);
/* Appends the loss account, one line per state; all of it ours. */
void mado_view_account (GString *out, const MadoAccount *account);
/* Appends @key; what it calls itself stands behind the mark. */
void mado_view_key (GString *out, guint columns, const MadoKey *key);
/* Appends what a look-up brought; the address stands behind the mark. */
void mado_view_found_key (GString *out, guint columns, const MadoFoundKey *found);
/* Appends a key that an address is known by; the address stands behind the mark. */
void mado_view_known_key (GString *out, guint columns, const MadoKnownKey *key);
