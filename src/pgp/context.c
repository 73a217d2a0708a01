/* context.c: see context.h. Every GPGME context of the project is made here; no other setting of the engine is
 * made anywhere but in the gpg.conf of home.c and keyring.c. */
#include "madoguchi/pgp/context.h"
#include "madoguchi/base/error.h"

#include <locale.h>
#include <sys/stat.h>

void
mado_pgp_context_free (gpgme_ctx_t context)
{
  if (context != NULL)
    gpgme_release (context);
}

static int
fate_of (gpgme_err_code_t code)
{
  switch (code) {
  case GPG_ERR_INV_ENGINE:
  case GPG_ERR_ENGINE_TOO_OLD:
  case GPG_ERR_UNSUPPORTED_PROTOCOL:
    return MADO_ERROR_CONF;
  case GPG_ERR_UNUSABLE_PUBKEY:
  case GPG_ERR_NO_PUBKEY:
  case GPG_ERR_WRONG_KEY_USAGE:
  case GPG_ERR_KEY_EXPIRED:
  case GPG_ERR_CERT_REVOKED:
  case GPG_ERR_INV_USER_ID:
    return MADO_ERROR_PERM;
  default:
    return MADO_ERROR_TEMP;
  }
}

gboolean
mado_pgp_error_set (GError **error, gpgme_error_t problem, const char *what)
{
  char words[256] = "";

  gpgme_strerror_r (problem, words, sizeof words);
  g_set_error (error, MADO_ERROR, fate_of (gpgme_err_code (problem)), "%s: %s", what, words);
  return FALSE;
}

/* Does the home at @path lead to an agent of another user, by a redirect file? Its restricted socket takes no
 * options (it answers "Forbidden" to them), and refuses by itself what request-origin would make it refuse. */
static gboolean
has_restricted_agent (const char *path)
{
  g_autofree char *socket = g_build_filename (path, "S.gpg-agent", NULL);
  struct stat info;

  return lstat (socket, &info) == 0 && S_ISREG (info.st_mode);
}

gpgme_ctx_t
mado_pgp_context_new (const char *path, GError **error)
{
  /* request-origin makes the agent refuse what only a person at a terminal may ask for. */
  static const char *const flags[][2] = {
    { "no-symkey-cache", "1" }, { "auto-key-retrieve", "0" }, { "request-origin", "remote" }
  };
  gboolean is_restricted = has_restricted_agent (path);
  g_auto (gpgme_ctx_t) context = NULL;
  gpgme_error_t problem;

  gpgme_check_version (NULL);
  problem = gpgme_new (&context);
  if (problem == 0)
    problem = gpgme_set_protocol (context, GPGME_PROTOCOL_OpenPGP);
  if (problem == 0)
    problem = gpgme_ctx_set_engine_info (context, GPGME_PROTOCOL_OpenPGP, NULL, path);
  if (problem == 0 && !is_restricted)
    problem = gpgme_set_pinentry_mode (context, GPGME_PINENTRY_MODE_ERROR);
  for (gsize i = 0; i < G_N_ELEMENTS (flags) - (is_restricted ? 1 : 0) && problem == 0; i++)
    problem = gpgme_set_ctx_flag (context, flags[i][0], flags[i][1]);
  if (problem != 0) {
    mado_pgp_error_set (error, problem, "GnuPG engine");
    return NULL;
  }
  gpgme_set_offline (context, 1);
  return g_steal_pointer (&context);
}

gpgme_ctx_t
mado_pgp_context_new_cms (const char *path, GError **error)
{
  g_auto (gpgme_ctx_t) context = NULL;
  gpgme_error_t problem;

  gpgme_check_version (NULL);
  problem = gpgme_engine_check_version (GPGME_PROTOCOL_CMS);
  if (problem == 0)
    problem = gpgme_new (&context);
  if (problem == 0)
    problem = gpgme_set_protocol (context, GPGME_PROTOCOL_CMS);
  if (problem == 0)
    problem = gpgme_ctx_set_engine_info (context, GPGME_PROTOCOL_CMS, NULL, path);
  if (problem == 0 && !has_restricted_agent (path))
    problem = gpgme_set_pinentry_mode (context, GPGME_PINENTRY_MODE_ERROR);
  if (problem != 0) {
    mado_pgp_error_set (error, problem, "S/MIME engine");
    return NULL;
  }
  gpgme_set_offline (context, 1);
  return g_steal_pointer (&context);
}

gboolean
mado_pgp_error_is_ours (gpgme_error_t problem)
{
  switch (gpgme_err_code (problem)) {
  case GPG_ERR_NO_AGENT:
  case GPG_ERR_AGENT:
  case GPG_ERR_ENOMEM:
  case GPG_ERR_EMFILE:
  case GPG_ERR_ENFILE:
  case GPG_ERR_EAGAIN:
  case GPG_ERR_ENOSPC:
  case GPG_ERR_INV_ENGINE:
  case GPG_ERR_NO_ENGINE:
    return TRUE;
  default:
    return FALSE;
  }
}
