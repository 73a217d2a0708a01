/* error.c: see error.h. */
#include "madoguchi/base/error.h"

#include <errno.h>
#include <string.h>

G_DEFINE_QUARK (mado-error-quark, mado_error)

static const struct {
  int exit_status;
  const char *name;
} table[] = {
  [MADO_ERROR_TEMP] = { 75, "temp" },           [MADO_ERROR_PERM] = { 65, "perm" },
  [MADO_ERROR_LIMIT] = { 65, "limit" },         [MADO_ERROR_BUG] = { 70, "bug" },
  [MADO_ERROR_NO] = { 1, "no" },                [MADO_ERROR_USAGE] = { 64, "usage" },
  [MADO_ERROR_UNAVAILABLE] = { 69, "unavailable" }, [MADO_ERROR_DENIED] = { 77, "denied" },
  [MADO_ERROR_CONF] = { 78, "conf" },           [MADO_ERROR_CONFLICT] = { 1, "conflict" },
};

gboolean
mado_error_set_errno (GError **error, const char *what)
{
  int saved = errno;
  int code = saved == EACCES || saved == EPERM ? MADO_ERROR_DENIED : MADO_ERROR_TEMP;

  g_set_error (error, MADO_ERROR, code, "%s: %s", what, g_strerror (saved));
  return FALSE;
}

int
mado_error_exit_status (const GError *error)
{
  if (error->domain != MADO_ERROR || (guint) error->code >= G_N_ELEMENTS (table))
    return table[MADO_ERROR_BUG].exit_status;
  return table[error->code].exit_status;
}

const char *
mado_error_name (int code)
{
  return table[(guint) code < G_N_ELEMENTS (table) ? code : MADO_ERROR_BUG].name;
}

int
mado_error_code (const char *name)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (table); i++)
    if (strcmp (name, table[i].name) == 0)
      return (int) i;
  return MADO_ERROR_BUG;
}
