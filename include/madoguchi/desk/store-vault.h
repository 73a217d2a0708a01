/* store-vault.h: what SQL says to the vault. For the store's own files.
 *
 *   seal (PLACE, ROW, VALUE)    -> blob, sealed for that place ("table.column") and row; of NULL: NULL
 *   unseal (PLACE, ROW, BLOB)   -> what was sealed, text or blob; of NULL: NULL. An error when it does not belong there
 *   peek (PLACE, ROW, BLOB)     -> the same for lists, in which one bad row must not hide the others: then it is the integer 0
 *   reseal (PLACE, ROW, BLOB)   -> the same value, sealed anew by the present data key; what does not open comes back as it is
 *   sealed_by (BLOB)            -> number of the data key that sealed it; 0: it is not sealed; of NULL: NULL
 *   keyed (PURPOSE, VALUE)      -> a keyed hash of 16 bytes for exact look-ups; of NULL: NULL
 *
 * ROW is what names the row for good (an id, a queue id, a ticket's number), text or integer. None of them may be used in the
 * schema (indexes, triggers, views).
 */
#pragma once

#include "madoguchi/desk/store-sql.h"
#include "madoguchi/vault/vault.h"

/* Teaches the three functions, and the tokenizer of the index of words (store-words.h), to the database of @store. @vault must
 * outlive it. Errors: TEMP. */
gboolean mado_store_teach_vault (MadoStore *store, MadoVault *vault, GError **error);

/* Is the vault that @store knows the one that sealed it? Also before the first migration. Errors: CONF when it is not; TEMP. */
gboolean mado_store_check_vault (MadoStore *store, GError **error);
