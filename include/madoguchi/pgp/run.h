/* run.h: one run of gpg without GPGME: from memory to memory, and what it said on the way.
 *
 * GPGME starts an engine by two forks of the whole process and moves data through pipes; together that costs a
 * millisecond for each call. Here the engine is spawned (no copy of this process) and reads and writes files in
 * memory. Only for what seal.c does, whose results are few and ours: verdicts over a stranger's data stay with GPGME.
 */
#pragma once

#include <gpgme.h>

#include <glib.h>

/* Which gpg, and where. The strings are borrowed. */
typedef struct {
  const char *program;
  const char *home;
  gboolean is_cms;        /* it is gpgsm */
  gboolean is_restricted; /* the agent is another user's: its socket takes no options (context.c) */
} MadoPgpProgram;

/* The program that @context would run; valid as long as that. */
MadoPgpProgram mado_pgp_program_of (gpgme_ctx_t context);

/* Runs gpg with @arguments (NULL-terminated; a command with its options) after those that every run has; it reads
 * @input and writes to @output (transfer full). @status: (transfer full) its status lines, "[GNUPG:] KEYWORD ..." as
 * in GnuPG's doc/DETAILS. TRUE when gpg ended by itself, whatever it achieved. Errors: TEMP. */
gboolean mado_pgp_run (const MadoPgpProgram *program, const char *const *arguments, GBytes *input, GBytes **output,
                       char **status, GError **error);

/* Takes the next status line off @rest (a part of @status): its keyword, and the words after it (transfer full,
 * NULL-terminated). FALSE: there is none. Lines that are no status lines are passed over. */
gboolean mado_pgp_run_next (const char **rest, char ***words);
