/* reply-input.h: what a command line says of an answer: its text, files, recipients; and the names of drafts. */
#pragma once

#include "madoguchi/front/cli.h"
#include "madoguchi/model/reply-wish.h"

/* (transfer full) what the command line wants to send. @ticket: (nullable) for a canned text. Reads standard input when no file
 * and no canned text is named, unless @may_be_silent. Errors: USAGE, PERM (not UTF-8), LIMIT ([reply] attachments-max), the keeper's. */
MadoReplyWish *mado_reply_input_read (MadoCli *cli, const char *ticket, gboolean may_be_silent, GError **error);

/* @name, "2026-000001/7.2", in its two parts, @ticket and @draft (transfer full). Errors: USAGE. */
gboolean mado_reply_input_split (const char *name, char **ticket, char **draft, GError **error);

/* (transfer full) the subject and text of a canned text, filled for @ticket (nullable). @subject: "" when it has none. */
gboolean mado_reply_input_canned (MadoCli *cli, const char *name, const char *ticket, char **subject, char **text, GError **error);
