/* reply-files.h: files that a member wants to send along: checked, measured, named. Pure. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/reply.h"

/* Makes @files (of MadoReplyFile) fit to be sent: size and sum are those of their content, names are no paths, types are types
 * that a single part may have. Errors: LIMIT (more than [reply] attachments-max), USAGE (no name, no content). */
gboolean mado_reply_files_check (const MadoConf *conf, GPtrArray *files, GError **error);
