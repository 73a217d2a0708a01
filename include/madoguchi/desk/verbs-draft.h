/* verbs-draft.h: answers that are not sent yet: written together, shown, thrown away, refused. Those that send are verbs-reply.h's. */
#pragma once

#include "madoguchi/desk/control.h"
#include "madoguchi/model/draft.h"

/* Each answers its @call; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_drafts (MadoCall *call);
void mado_verb_draft_save (MadoCall *call);
void mado_verb_draft_discard (MadoCall *call);
void mado_verb_draft_file (MadoCall *call);
void mado_verb_refuse (MadoCall *call);

/* (transfer full) the draft of @incident that the argument "draft" names ("7.2", or "7"). @revision: the one that it names; 0:
 * none. Errors: USAGE, NO. */
MadoDraft *mado_draft_find (const MadoCall *call, gint64 incident, gint64 *revision, GError **error);

/* The same, named by @text. @revision: (nullable) */
MadoDraft *mado_draft_look_up (const MadoCall *call, gint64 incident, const char *text, gint64 *revision, GError **error);

/* Writes a line into the thread about @draft, by who asks: "WHAT the answer 2026-000001/7.2". */
gboolean mado_draft_tell (const MadoCall *call, gint64 incident, const MadoDraft *draft, const char *what, const char *reason,
                          GError **error);
