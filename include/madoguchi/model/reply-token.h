/* reply-token.h: the secret word of a thread, which stands in the plus-address that answers are sent to. With a secret
 * that keeper and door share, its last letters are a keyed hash of the others: so the door, which has no store, knows
 * which words we never gave away. Whether one opens a thread is for the store alone to say. */
#pragma once

#include <glib.h>

#define MADO_REPLY_TOKEN_RANDOM 16 /* letters */
#define MADO_REPLY_TOKEN_CHECK 6

/* (transfer full) a new one: 80 random bits, and the check when there is a @secret (nullable). */
char *mado_reply_token_new (GBytes *secret);

/* May a word of this length be one? */
gboolean mado_reply_token_fits (gsize length);

/* Has @address (LOCAL+WORD@DOMAIN) a word that looks like one with a check, and is not by @secret (nullable: never)? Words
 * of other lengths are older than the secret, or no tokens. */
gboolean mado_reply_token_is_foreign (const char *address, GBytes *secret);
