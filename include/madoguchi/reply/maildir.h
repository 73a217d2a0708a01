/* maildir.h: delivery into a Maildir: for demonstrations, tests and sites that fetch answers from a folder. */
#pragma once

#include <glib.h>

/* Makes tmp/, new/ and cur/ of @path. Errors: TEMP, DENIED. */
gboolean mado_maildir_make (const char *path, GError **error);

/* Delivers the bytes of @fd: tmp/, fsync, rename to new/, fsync of new/. The name comes from @message_id alone:
 * the same mail delivered again replaces itself, or stays where a reader moved it. @name: (transfer full)
 * Errors: TEMP, DENIED. */
gboolean mado_maildir_deliver (const char *path, const char *message_id, int fd, char **name, GError **error);
