/* token-scope.h: what a script may do with a member's token: one table, a row for each word of the keeper. Pure.
 *
 * A scope only takes away: what the member may not do, none of his tokens may (permissions.h, need.h).
 */
#pragma once

#include <glib.h>

/* (NULL-terminated) "read", "files", "work", "reply", "house", "audit". */
extern const char *const mado_token_scopes[];

/* (nullable) the scope that @verb needs; "": any token may; NULL: none may, or there is no such word. */
const char *mado_token_scope_of (const char *verb);

/* May a token with these @scopes ask @verb? */
gboolean mado_token_scope_allows (const char *const *scopes, const char *verb);

/* (nullable) word number @index of the table. */
const char *mado_token_scope_verb (gsize index);

/* (transfer full) the scopes and their words in Markdown, as docs/members.md shows them. */
char *mado_token_scope_document (void);
