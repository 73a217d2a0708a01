/* stream.h: seals whole files, piece by piece, with bounded memory: for mails in the archive.
 *
 *   "madoguchi-sealed: 1\n", the number of the data key (1 byte), the header of libsodium's secretstream (24 bytes), and
 *   pieces of 64 KiB, each 17 bytes longer than what is in it; the last one is marked as such.
 *
 * The pieces are bound to the place and the row (mado_vault_seal), to their order and to the end: a file that was changed,
 * cut, made longer, put together from others or moved to another name does not open.
 */
#pragma once

#include "madoguchi/vault/vault.h"

/* Bytes of a sealed file before its first piece. */
#define MADO_VAULT_STREAM_HEAD 45

/* Seals all of @from, from where it stands, to @to. Errors: TEMP. */
gboolean mado_vault_seal_file (const MadoVault *vault, const char *place, const char *row, int from, int to, GError **error);

/* Opens the sealed file @from, from its start, to @to. On failure @to may hold a part. Errors: PERM when it was not sealed by
 * this vault for @place and @row, or was changed; TEMP. */
gboolean mado_vault_open_file (const MadoVault *vault, const char *place, const char *row, int from, int to, GError **error);

/* Number of the data key that sealed the file @fd, which stays where it stands; 0: it is no sealed file. */
guint8 mado_vault_key_of_file (int fd);
