/* log.c: see log.h. */
#include "madoguchi/base/log.h"
#include "madoguchi/base/text.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Set once by mado_log_init () before any other thread or child exists; the only state of this layer. */
static struct {
  const char *role;
  MadoLogLevel level;
  gboolean addresses;
} settings = { "madoguchi", MADO_LOG_INFO, FALSE };

void
mado_log_init (const char *role, MadoLogLevel level, gboolean addresses)
{
  settings.role = role;
  settings.level = level;
  settings.addresses = addresses;
}

void
mado_log (MadoLogLevel level, const char *queue_id, const char *verb, const char *format, ...)
{
  static const char *const words[] = { "error", "warning", "info", "debug" };
  va_list args;

  if (level > settings.level)
    return;
  va_start (args, format);
  g_autofree char *raw = g_strdup_vprintf (format, args);
  va_end (args);
  g_autofree char *safe = mado_text_escape_line (raw);
  g_autofree char *line = g_strdup_printf ("%s %s %s %s%s%s\n", queue_id != NULL ? queue_id : "-", settings.role,
                                           verb, safe, level < MADO_LOG_INFO ? " level=" : "",
                                           level < MADO_LOG_INFO ? words[level] : "");
  /* One write per line: lines of several processes never mix. A full log must not stop the mail. */
  if (write (STDERR_FILENO, line, strlen (line)) < 0)
    return;
}

char *
mado_log_address (const char *address)
{
  if (address == NULL)
    return g_strdup ("<>");
  if (settings.addresses)
    return g_strdup (address);
  g_autofree char *folded = g_ascii_strdown (address, -1);
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, folded, -1);
  return g_strdup_printf ("addr:%.10s", hash);
}
