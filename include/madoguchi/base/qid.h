/* qid.h: the queue id of a mail: file name, log key, database key and command argument in one.
 *
 * Sixteen characters of Crockford's base 32 in lower case: ten of microseconds (so ids sort by arrival),
 * six of randomness. The spool creates files exclusively, so an id is never used twice.
 */
#pragma once

#include <glib.h>

#define MADO_QID_LENGTH 16

/* (transfer full) a new id for a mail that arrived at @now_us (microseconds since the epoch). */
char *mado_qid_new (gint64 now_us);

/* Is @text a queue id? To be asked before it becomes part of a file name. */
gboolean mado_qid_is_valid (const char *text);

/* (transfer full) @bytes * 8 / 5 characters of the same alphabet from the kernel's randomness (getrandom(2)),
 * for tokens that a stranger must not guess. @bytes: a multiple of 5, at most 40. */
char *mado_qid_random_token (gsize bytes);
