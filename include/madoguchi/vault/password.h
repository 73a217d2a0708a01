/* password.h: members' passwords for the page, as hashes that cost an attacker memory and time (Argon2id, RFC 9106). */
#pragma once

#include <glib.h>

#define MADO_PASSWORD_MIN 12  /* characters */
#define MADO_PASSWORD_MAX 1024 /* bytes */

/* Is @password long enough, not too long, and more than the login written once or twice? NIST SP 800-63B: no other rule.
 * Errors: USAGE with a sentence for who chose it. */
gboolean mado_password_check (const char *password, const char *login, GError **error);

/* (transfer full) a hash of @password with its own salt, as text. Takes 64 MiB and some tens of milliseconds. Errors: TEMP. */
char *mado_password_hash (const char *password, GError **error);

/* Does @hash belong to @password? @hash: NULL for somebody who has none: takes as long, and is FALSE. */
gboolean mado_password_verify (const char *hash, const char *password);
