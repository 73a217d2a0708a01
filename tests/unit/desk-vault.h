/* desk-vault.h: one vault for all stores of a test program, whichever of its files asks: a store that is opened again opens
 * with the same keys. */
#pragma once

#include "madoguchi/vault/vault.h"

#define TEST_KEY "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static inline MadoVault *
test_vault (void)
{
  static const char secrets[] = "madoguchi-vault: 1\nindex-key: " TEST_KEY "\ndata-key 1: " TEST_KEY "\n";
  static MadoVault *vault;

  if (vault == NULL) {
    g_autoptr (GBytes) bytes = g_bytes_new_static (secrets, sizeof secrets - 1);
    vault = mado_vault_import (bytes, NULL);
  }
  return vault;
}
