/* input.h: a file that a member names on the command line, read like a mail in a child that dies with it. */
#pragma once

#include "madoguchi/front/cli.h"

/* Copies the file @path ("-": standard input) into memory and lets @reader, one of the hooks, read it as a mail, with a
 * private directory for GnuPG homes that is removed afterwards. @may_be_text: a file without the header of a mail is
 * read as the text of one. @report: (transfer full). Errors: LIMIT over [intake] size-limit; PERM for a directory and for
 * what is no mail; those of @reader. */
gboolean mado_input_read (MadoCli *cli, const char *path, MadoMailReader reader, gboolean may_be_text, MadoReport **report,
                          GError **error);
