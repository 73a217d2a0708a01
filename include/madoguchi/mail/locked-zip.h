/* locked-zip.h: a stranger's file in a ZIP archive with a password that everybody knows: nothing runs by a double click, and no scanner on
 * the way takes it away. That is how such files are exchanged; it keeps nothing secret.
 *
 * PKWARE's traditional encryption (APPNOTE.TXT 6.3, 6.1), stored, one member: what Explorer, unzip, 7-Zip and Python's zipfile all open.
 */
#pragma once

#include <glib.h>

/* Writes the archive of @content to @fd. @name: of the member: ASCII, ours. @password: ASCII, not empty. Errors: TEMP; LIMIT (4 GiB). */
gboolean mado_locked_zip_write (int fd, const char *name, GBytes *content, const char *password, GError **error);
