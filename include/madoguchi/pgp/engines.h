/* engines.h: the processes of the engines. GPGME starts each behind a process that ends at once, so nobody waits for them:
 * one that unpacks two gigabytes goes on doing so when its reader has gone. The child that reads a mail takes them in,
 * counts what they cost, and ends them. Elsewhere all of this does nothing.
 */
#pragma once

#include <glib.h>

/* Engines that lose their parent come to this process from now on, which leads a process group of its own.
 * Errors: TEMP. */
gboolean mado_engines_adopt (GError **error);

/* Ends the engines that still run and waits for them. To be called when an operation failed, or its output was not taken
 * to the end. TRUE when one of them had used up its processor time. */
gboolean mado_engines_end (void);

/* Processor time, in microseconds, of all engines that ended so far. */
gint64 mado_engines_cost (void);
