/* log.h: one line per event on standard error: "QUEUEID role verb key=value ...".
 *
 * Never give this report text, subjects or passphrases; addresses only through mado_log_address ().
 * Control characters are escaped here, so a value can never forge a second line.
 */
#pragma once

#include <glib.h>

typedef enum { MADO_LOG_ERROR, MADO_LOG_WARNING, MADO_LOG_INFO, MADO_LOG_DEBUG } MadoLogLevel;

/* Called once per process, before the first line. @role: static string. @addresses: may addresses be shown? */
void mado_log_init (const char *role, MadoLogLevel level, gboolean addresses);

/* @queue_id: (nullable) "-" is printed for NULL. @verb: what happened, one word. */
void mado_log (MadoLogLevel level, const char *queue_id, const char *verb, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/* (transfer full) @address, or a short keyless hash of it unless the configuration shows addresses. */
char *mado_log_address (const char *address);
