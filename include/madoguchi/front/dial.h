/* dial.h: a connection to one of our own doors on this machine, as the settings name it: for `madoguchi doctor`, which knocks. */
#pragma once

#include <gio/gio.h>

/* (transfer full) a connection to @spec, "unix:PATH" or "inet:HOST:PORT"; nothing takes longer than @seconds. No proxy is asked.
 * Errors: those of GIO. */
GSocketConnection *mado_dial (const char *spec, guint seconds, GError **error);
