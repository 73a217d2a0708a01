/* events.h: connections that stay open to hear when something changed (server-sent events of HTML, 9.2). What changed is not said:
 * whoever hears it asks again, as who he is. */
#pragma once

#include <glib.h>

struct MHD_Connection;
struct MHD_Response;
typedef struct _MadoEvents MadoEvents;

/* (transfer full) nobody listens yet. @most: so many at once. */
MadoEvents *mado_events_new (guint most);

/* When all connections are closed. */
void mado_events_free (MadoEvents *events);

/* May @login listen once more? One member's windows are not to take the connections that the others need. */
gboolean mado_events_has_room (MadoEvents *events, const char *login);

/* (transfer full) the answer that keeps @connection of @login open, as long as @session (its name; ipc/peer.h, "watch") goes on; NULL:
 * there is no room for one more. */
struct MHD_Response *mado_events_join (MadoEvents *events, const char *login, const char *session, struct MHD_Connection *connection);

/* (transfer full) the names of the sessions of those who listen, each once. From any thread. */
GStrv mado_events_list (MadoEvents *events);

/* Lets those end who listen by one of @sessions. From any thread. */
void mado_events_dismiss (MadoEvents *events, const char *const *sessions);

/* Tells all of them @serial; 0: only that we are still here. From any thread. */
void mado_events_tell (MadoEvents *events, gint64 serial);

/* Lets all of them end. */
void mado_events_end (MadoEvents *events);
