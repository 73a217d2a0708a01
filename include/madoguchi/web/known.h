/* known.h: by which sessions and tokens the keeper let somebody in lately. It lets nobody in; it only says who is served first when there
 * is little room. */
#pragma once

#include <glib.h>

typedef struct _MadoKnown MadoKnown;

/* (transfer full) one that knows nobody. */
MadoKnown *mado_known_new (void);
void mado_known_free (MadoKnown *known);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoKnown, mado_known_free)

/* The keeper let in whoever has @word (a session or a token); or it did not. Kept is a hash alone. From any thread. */
void mado_known_set (MadoKnown *known, const char *word, gboolean is_let_in);

/* Was he, within the last hour? From any thread. */
gboolean mado_known_has (MadoKnown *known, const char *word);
