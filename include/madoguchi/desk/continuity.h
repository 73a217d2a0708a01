/* continuity.h: does a mail come with the keys that its sender is known by (trust on first use)? Pure: it decides over
 * the report and what the store remembers of the address. What it remembers never lifts a verdict; it only makes a
 * change visible, until a member accepts it (pins, maps or certifies the new key) or has the old one forgotten. */
#pragma once

#include "madoguchi/model/incident.h"
#include "madoguchi/model/key.h"

typedef struct {
  gboolean is_checked;     /* the mail says who speaks, so far as it ever will: not undecryptable, one sender */
  MadoKeyWarning *warning; /* NULL: none */
  MadoKnownKey *signs;     /* to be remembered; NULL: nothing new. address and times are the caller's */
  MadoKnownKey *offers;
} MadoContinuity;

void mado_continuity_clear (MadoContinuity *continuity);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoContinuity, mado_continuity_clear)

/* Judges @report by @known, what its sender's address is known by (of MadoKnownKey; at most one for each protocol). */
void mado_continuity_judge (const MadoReport *report, const GPtrArray *known, MadoContinuity *continuity);

/* (transfer full) the warning in words. @queue_id: of the mail. */
char *mado_continuity_describe (const MadoKeyWarning *warning, const char *queue_id);
