/* token.c: see token.h. Must never log one. */
#include "madoguchi/vault/token.h"

#include <sodium.h>
#include <string.h>

#define BYTES 32

G_STATIC_ASSERT (sodium_base64_ENCODED_LEN (BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING) == MADO_TOKEN_LENGTH + 1);

char *
mado_token_new (void)
{
  guint8 bytes[BYTES];
  char *text = g_malloc (MADO_TOKEN_LENGTH + 1);

  if (sodium_init () < 0)
    g_error ("libsodium does not start");
  randombytes_buf (bytes, sizeof bytes);
  sodium_bin2base64 (text, MADO_TOKEN_LENGTH + 1, bytes, sizeof bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  sodium_memzero (bytes, sizeof bytes);
  return text;
}

gboolean
mado_token_is_one (const char *text)
{
  gsize n = 0;

  for (; n <= MADO_TOKEN_LENGTH && text[n] != '\0'; n++)
    if (!g_ascii_isalnum (text[n]) && text[n] != '-' && text[n] != '_')
      return FALSE;
  return n == MADO_TOKEN_LENGTH;
}

static void
make_proof (const MadoVault *vault, const char *login, const char *token, char hex[2 * MADO_VAULT_HASH_SIZE + 1])
{
  g_autofree char *text = g_strdup_printf ("%s %s", token, login);
  guint8 hash[MADO_VAULT_HASH_SIZE];

  mado_vault_hash (vault, "device", text, strlen (text), hash);
  sodium_bin2hex (hex, 2 * MADO_VAULT_HASH_SIZE + 1, hash, sizeof hash);
}

char *
mado_token_new_device (const MadoVault *vault, const char *login)
{
  g_autofree char *token = mado_token_new ();
  char proof[2 * MADO_VAULT_HASH_SIZE + 1];

  make_proof (vault, login, token, proof);
  return g_strdup_printf ("%s.%s", token, proof);
}

gboolean
mado_token_is_device (const MadoVault *vault, const char *login, const char *device)
{
  char proof[2 * MADO_VAULT_HASH_SIZE + 1];

  if (device == NULL || strlen (device) != MADO_TOKEN_LENGTH + 1 + strlen ("00") * MADO_VAULT_HASH_SIZE || device[MADO_TOKEN_LENGTH] != '.')
    return FALSE;
  g_autofree char *token = g_strndup (device, MADO_TOKEN_LENGTH);
  make_proof (vault, login, token, proof);
  return mado_token_is_one (token) && sodium_memcmp (proof, device + MADO_TOKEN_LENGTH + 1, sizeof proof - 1) == 0;
}
