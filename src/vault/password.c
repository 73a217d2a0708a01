/* password.c: see password.h. Must never say why a password is wrong. */
#include "madoguchi/vault/password.h"
#include "madoguchi/base/error.h"

#include <sodium.h>
#include <string.h>

#define OPERATIONS crypto_pwhash_OPSLIMIT_INTERACTIVE
#define MEMORY crypto_pwhash_MEMLIMIT_INTERACTIVE

gboolean
mado_password_check (const char *password, const char *login, GError **error)
{
  g_autofree char *twice = g_strconcat (login, login, NULL);
  const char *problem = NULL;

  if (!g_utf8_validate (password, -1, NULL))
    problem = "a password is text in UTF-8";
  else if (strlen (password) > MADO_PASSWORD_MAX)
    problem = "a password has at most 1024 bytes";
  else if (g_utf8_strlen (password, -1) < MADO_PASSWORD_MIN)
    problem = "a password has at least 12 characters";
  else if (g_ascii_strcasecmp (password, login) == 0 || g_ascii_strcasecmp (password, twice) == 0)
    problem = "a password is not the login";
  if (problem != NULL)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, problem);
  return problem == NULL;
}

/* The same letters typed on different machines give the same password (RFC 8265, 4.2: NFC). */
static char *
normalise (const char *password)
{
  char *normal = g_utf8_normalize (password, -1, G_NORMALIZE_NFC);

  return normal != NULL ? normal : g_strdup (password);
}

static void
forget (char *text)
{
  sodium_memzero (text, strlen (text));
  g_free (text);
}

char *
mado_password_hash (const char *password, GError **error)
{
  char hash[crypto_pwhash_STRBYTES];
  char *normal = normalise (password);
  int result = sodium_init () >= 0 ? crypto_pwhash_str_alg (hash, normal, strlen (normal), OPERATIONS, MEMORY, crypto_pwhash_ALG_ARGON2ID13) : -1;

  forget (normal);
  if (result == 0)
    return g_strdup (hash);
  g_set_error_literal (error, MADO_ERROR, MADO_ERROR_TEMP, "no memory to hash a password");
  return NULL;
}

gboolean
mado_password_verify (const char *hash, const char *password)
{
  if (sodium_init () < 0 || strlen (password) > MADO_PASSWORD_MAX)
    return FALSE;
  if (hash == NULL) { /* how long it takes must not tell who is a member */
    char *unused = mado_password_hash (password, NULL);
    g_free (unused);
    return FALSE;
  }
  char *normal = normalise (password);
  gboolean is_right = crypto_pwhash_str_verify (hash, normal, strlen (normal)) == 0;
  forget (normal);
  return is_right;
}
