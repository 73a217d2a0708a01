/* looking.h: which member has which ticket before him: in memory alone, for a minute. Never written down. */
#pragma once

#include "madoguchi/desk/control.h"

typedef struct _MadoLooking MadoLooking;

/* (transfer full) nobody looks at anything. */
MadoLooking *mado_looking_new (void);
void mado_looking_free (MadoLooking *looking);

/* @login has @incident before him at @now (seconds). (transfer full) who else has, by name. */
char **mado_looking_say (MadoLooking *looking, const char *login, gint64 incident, gint64 now);

/* Answers its @call: ipc/peer.h, "keeper". */
void mado_verb_looking (MadoCall *call);
