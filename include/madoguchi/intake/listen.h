/* listen.h: listening sockets by their names in the configuration: unix:PATH or inet:HOST:PORT. */
#pragma once

#include <glib.h>

/* (transfer full) the unix path in @spec, NULL when it names none. */
char *mado_listen_unix_path (const char *spec);

/* A non-blocking, close-on-exec stream socket that listens at @spec; -1 on error. unix: mode 0660, a name that
 * nobody serves any more is taken over. inet: loopback only (127.0.0.0/8, [::1], localhost).
 * Errors: CONF @spec is not understood or not loopback; UNAVAILABLE it is served by somebody; TEMP, DENIED. */
int mado_listen_open (const char *spec, GError **error);
