/* jail.h: the empty room: one child process per mail, with limits on memory, processor time and wall time, and
 * gone afterwards (its process group is killed, engines and all).
 *
 * Called by the opener's workers and by `madoguchi open`. The parent never parses: it takes a serialised record
 * of bounded size from the child and checks it.
 */
#pragma once

#include "madoguchi/mail/open.h"

/* mado_open_mail () in a child. When the child died, @report is mado_open_outline () by a second child, with
 * undecryptable reason "crash" (a signal), or "limit" (memory, processor or wall time) and a problem sentence.
 * Errors: those of mado_open_mail (); BUG when it crashed, LIMIT when it was ended, and there is no outline either. */
gboolean mado_jail_open (const MadoOpenContext *context, int fd, guint64 offset, guint64 size, MadoReport **report,
                         GError **error);

/* mado_open_part () in a child; @password (nullable): in an archive (locked-zip.h), as SHA256.bin. Errors: those, BUG when it crashed, LIMIT. */
gboolean mado_jail_part (const MadoOpenContext *context, int fd, guint64 offset, guint64 size, const char *path,
                         const char *password, MadoPart **part, int *fd_out, GError **error);
