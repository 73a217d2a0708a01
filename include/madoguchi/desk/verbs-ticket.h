/* verbs-ticket.h: list, show, take, assign, note. */
#pragma once

#include "madoguchi/desk/control.h"

/* Each answers its @call at once; arguments and answers: ipc/peer.h, "keeper". */
void mado_verb_list (MadoCall *call);
void mado_verb_show (MadoCall *call);
void mado_verb_take (MadoCall *call);
void mado_verb_assign (MadoCall *call);
void mado_verb_note (MadoCall *call);

/* May @login own a ticket: once there are members, one of them who may work on it? Errors: NO, saying why not; TEMP. */
gboolean mado_verbs_check_owner (MadoStore *store, const char *login, GError **error);

/* Could it be a login name at all? */
gboolean mado_verbs_is_login (const char *name);

/* @owner (nullable: nobody) has incident @id from now on; @text: of the event. For a change (verbs.h). */
gboolean mado_verbs_set_owner (const MadoCall *call, gint64 id, const char *owner, const char *text, GError **error);
