/* patience.h: how long connections may take to say what they want. libmicrohttpd ends those that are silent; whoever sends one byte
 * now and then would stay for ever. A thread of its own closes what is late (for reading and writing: who serves it then ends it).
 * Connections of strangers beyond a number close the oldest of them: however many come, there is room for members. */
#pragma once

#include <glib.h>

typedef struct _MadoPatience MadoPatience;
typedef struct _MadoPatienceOne MadoPatienceOne;

/* (transfer full) begins to look after connections. @strangers: so many of them may stay. */
MadoPatience *mado_patience_new (guint strangers);

/* When no connection is left. NULL-safe. */
void mado_patience_free (MadoPatience *patience);

/* (transfer full) looks after the connection on @socket, which stays the caller's; it has @seconds. It is a stranger's. */
MadoPatienceOne *mado_patience_add (MadoPatience *patience, int socket, guint seconds);

/* From now on it has @seconds; 0: as long as it takes. From any thread. */
void mado_patience_give (MadoPatience *patience, MadoPatienceOne *one, guint seconds);

/* Is it a member's, as far as its last request says? From any thread. */
void mado_patience_know (MadoPatience *patience, MadoPatienceOne *one, gboolean is_member);

/* Before its socket is closed. Frees @one. */
void mado_patience_remove (MadoPatience *patience, MadoPatienceOne *one);
