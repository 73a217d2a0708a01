/* secret.h: short secrets (the keys of the vault) on their way between roles: in memory that is neither swapped nor dumped
 * where the system allows it, and that is cleared when it is let go. */
#pragma once

#include <glib.h>

/* Most bytes of a secret. */
#define MADO_SECRET_MAX 4096

/* The first line of the vault's secrets as text (vault.h). It stands here for those who must recognise such a text and
 * never pass it on. */
#define MADO_SECRET_TITLE "madoguchi-vault: 1"

/* (transfer full) what the memory file @fd holds, in memory of its own that is cleared in the end; the file is overwritten.
 * Errors: PERM when it is empty, too long, or no memory file of plain size; TEMP. */
GBytes *mado_secret_take (int fd, GError **error);

/* A memory file with @secret. The caller owns it, and wipes it before it is closed. -1 and TEMP on failure. */
int mado_secret_memfd (GBytes *secret, GError **error);

/* Overwrites the file @fd with zeros. Errors: TEMP. */
gboolean mado_secret_wipe (int fd, GError **error);

/* Does @bytes begin as a vault's secrets do? */
gboolean mado_secret_is_vault (const void *bytes, gsize length);
