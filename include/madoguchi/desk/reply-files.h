/* reply-files.h: files that a member wants to send along: checked, measured, named. Pure. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/reply.h"

/* Gives each of @files that says by its sha256 which one it is, and brings no content, the content and type of that one of @kept.
 * Errors: NO (it is not among them). */
gboolean mado_reply_files_take (GPtrArray *files, const GPtrArray *kept, GError **error);

/* Makes @files (of MadoReplyFile) fit to be sent: size and sum are those of their content, names are no paths, types are types
 * that a single part may have. Errors: LIMIT (more than [reply] attachments-max), USAGE (no name, no content). */
gboolean mado_reply_files_check (const MadoConf *conf, GPtrArray *files, GError **error);
