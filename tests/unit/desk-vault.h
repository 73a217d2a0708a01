/* desk-vault.h: one vault for all stores of a test program: a store that is opened again opens with the same keys. */
#pragma once

#include "madoguchi/vault/vault.h"

static inline MadoVault *
test_vault (void)
{
  static MadoVault *vault;

  if (vault == NULL)
    vault = mado_vault_new ();
  return vault;
}
