/* erase.h: takes a mail out of the archive for good. */
#pragma once

#include <glib.h>

/* Removes the archived mail @id, durably; one that is not there: TRUE. @received: as its envelope says. Errors: TEMP, DENIED. */
gboolean mado_spool_erase (const char *archive, const char *id, gint64 received, GError **error);
