/* privileges.c: see privileges.h. The table follows the plan's table of programs. */
#include "madoguchi/role/privileges.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum { MAY_SPOOL = 1, MAY_STORE = 2, MAY_RING_WRITE = 4, MAY_SECRET_KEYS = 8, MAY_PASSWORD = 16 };

static const struct {
  const char *role;
  int may;
} table[] = {
  { "madoguchi-web", 0 },
  { "madoguchi-lmtp", MAY_SPOOL },          { "madoguchi-milter", MAY_SPOOL },
  { "madoguchi-keeper", MAY_SPOOL | MAY_STORE },
  { "madoguchi-opener", 0 },                { "madoguchi-signer", 0 },
  { "madoguchi-keyring", MAY_RING_WRITE },  { "madoguchi-sender", MAY_PASSWORD },
};

static gboolean
complain (const char *role, const MadoConf *conf, const char *what, GError **error)
{
  if (mado_conf_bool (conf, "runtime", "insecure-single-uid")) {
    mado_log (MADO_LOG_WARNING, NULL, "unprotected", "%s", what);
    return TRUE;
  }
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF,
               "%s can %s and must not: give each role its own user (systemd/), or set [runtime] insecure-single-uid",
               role, what);
  return FALSE;
}

/* A protection holds when the access is refused; what does not exist is no danger. */
static gboolean
check_path (const char *role, const MadoConf *conf, const char *path, int access_mode, const char *what, GError **error)
{
  if (path == NULL || faccessat (AT_FDCWD, path, access_mode, AT_EACCESS) != 0)
    return TRUE;
  return complain (role, conf, what, error);
}

gboolean
mado_privileges_check (const char *name, const MadoConf *conf, GError **error)
{
  const char *url = mado_conf_string (conf, "store", "url");
  const char *store = url != NULL && g_str_has_prefix (url, "sqlite:") ? url + strlen ("sqlite:") : NULL;
  const char *home = mado_conf_string (conf, "crypto", "gnupg-home");
  g_autofree char *secrets = home != NULL ? g_build_filename (home, "private-keys-v1.d", NULL) : NULL;
  int may = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (strcmp (table[i].role, name) == 0)
      may = table[i].may;
  if (geteuid () == 0 && !complain (name, conf, "act as root", error))
    return FALSE;
  if (!(may & MAY_SPOOL) && !check_path (name, conf, mado_conf_string (conf, "spool", "directory"), R_OK | X_OK, "read the spool", error))
    return FALSE;
  if (!(may & MAY_STORE) && !check_path (name, conf, store, R_OK, "read the store", error))
    return FALSE;
  if (!(may & MAY_STORE) && !check_path (name, conf, mado_conf_string (conf, "store", "archive"), R_OK | X_OK, "read the archive", error))
    return FALSE;
  if (!(may & MAY_RING_WRITE) && !check_path (name, conf, home, W_OK, "write the keyring", error))
    return FALSE;
  if (!(may & MAY_SECRET_KEYS) && !check_path (name, conf, secrets, R_OK | X_OK, "read the secret keys", error))
    return FALSE;
  if (!(may & MAY_PASSWORD)
      && !check_path (name, conf, mado_conf_string (conf, "submission", "password-file"), R_OK, "read the submission password", error))
    return FALSE;
  return TRUE;
}
