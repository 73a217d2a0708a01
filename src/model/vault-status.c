/* vault-status.c: the fields of what `vault` answers. */
#include "madoguchi/model/vault-status.h"

static const MadoField fields[] = {
  MADO_STRING (MadoVaultStatus, path),       MADO_STRV (MadoVaultStatus, keys),   MADO_STRING (MadoVaultStatus, signer),
  MADO_STRING (MadoVaultStatus, team_key),   MADO_BOOL (MadoVaultStatus, is_current),    MADO_INT (MadoVaultStatus, data_keys),
  MADO_INT (MadoVaultStatus, data_key),      MADO_BOOL (MadoVaultStatus, is_renewing),   MADO_INT (MadoVaultStatus, values_left),
  MADO_INT (MadoVaultStatus, files_left),    MADO_INT (MadoVaultStatus, failed),         MADO_FIELDS_END,
};
const MadoRecordType mado_vault_status_type = { "vault-status", "madoguchi.vault/1", sizeof (MadoVaultStatus), fields };
