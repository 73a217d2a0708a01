/* keys.h: the data keys themselves. For the vault's own files. */
#pragma once

#include "madoguchi/vault/vault.h"

/* (transfer none, nullable) data key @number, MADO_VAULT_KEY_SIZE bytes; NULL: there is none. */
const guint8 *mado_vault_find_key (const MadoVault *vault, guint8 number);
