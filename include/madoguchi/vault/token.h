/* token.h: words that nobody can guess: sessions, invitations, known devices. */
#pragma once

#include "madoguchi/vault/vault.h"

#define MADO_TOKEN_LENGTH 43 /* characters: 256 random bits */

/* (transfer full) a random word of letters, digits, - and _ (base64url, RFC 4648, 5). */
char *mado_token_new (void);

/* Is @text of that form? */
gboolean mado_token_is_one (const char *text);

/* (transfer full) a word that says: whoever has it was let in as @login once. Nothing of it is kept. */
char *mado_token_new_device (const MadoVault *vault, const char *login);

/* Was @device (nullable) made by this vault for @login? */
gboolean mado_token_is_device (const MadoVault *vault, const char *login, const char *device);
