/* vault-file.h: where the keeper's vault comes from: a file beside the database ("store.db.key"), encrypted to the team's key
 * and signed by it. The signer makes it, the opener's agent opens it at each start; neither sees the store.
 *
 * New keys are made only for a store that was never sealed. Whatever is wrong with the file of a sealed one ends the start
 * with words that say so.
 */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/vault/vault.h"

typedef struct {
  char *path;
  char **keys;  /* fingerprints of the team's keys that can open the file, else key ids */
  char *signer; /* fingerprint of the team's key that signed it */
} MadoVaultFile;

void mado_vault_file_clear (MadoVaultFile *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoVaultFile, mado_vault_file_clear)

/* (transfer full) the vault of the store of @conf. Waits for the opener (and at the first start for the signer) at most
 * @wait_ms milliseconds, without a main loop. @file: what is known of the file, filled on success.
 * Errors: TEMP (a role or an agent is away); CONF (the file is missing, was changed, or is for other keys). */
MadoVault *mado_vault_file_open (const MadoConf *conf, guint wait_ms, MadoVaultFile *file, GError **error);

/* Puts @armor in the place of @file; what is there before stays until the new content is safe. Errors: TEMP, DENIED. */
gboolean mado_vault_file_replace (const MadoVaultFile *file, GBytes *armor, GError **error);
