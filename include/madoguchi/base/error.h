/* error.h: the one error domain of Madoguchi. The code alone decides the fate of a mail or a command.
 *
 * Every layer sets these codes; each foreign domain (errno, GPGME, SQLite, curl) is translated once, where
 * it is called. Handle and log an error at a boundary, or propagate it with a prefix: never both.
 */
#pragma once

#include <glib.h>

#define MADO_ERROR (mado_error_quark ())

typedef enum {
  MADO_ERROR_TEMP,        /* our own passing trouble: 4xx, retry                    exit 75 */
  MADO_ERROR_PERM,        /* this input will never do: 5xx, held, bad data          exit 65 */
  MADO_ERROR_LIMIT,       /* over a stated limit: held with an incident             exit 65 */
  MADO_ERROR_BUG,         /* cannot happen: the role ends and is restarted          exit 70 */
  MADO_ERROR_NO,          /* the answer is no (nothing found, a check failed)       exit 1  */
  MADO_ERROR_USAGE,       /* a command line we do not understand                    exit 64 */
  MADO_ERROR_UNAVAILABLE, /* the role we need does not answer                       exit 69 */
  MADO_ERROR_DENIED,      /* not permitted                                          exit 77 */
  MADO_ERROR_CONF,        /* bad configuration                                      exit 78 */
  MADO_ERROR_CONFLICT     /* somebody else changed it meanwhile: look again         exit 1  */
} MadoError;

GQuark mado_error_quark (void);

/* Sets @error from the current errno as "WHAT: strerror". ENOSPC, EDQUOT, EIO, EMFILE and their like are
 * TEMP; EACCES and EPERM are DENIED; everything else is TEMP too: an operating-system failure never
 * condemns a mail. Returns FALSE, so that callers can return it. */
gboolean mado_error_set_errno (GError **error, const char *what);

/* The sysexits(3) status for @error; 70 for errors of a foreign domain. */
int mado_error_exit_status (const GError *error);

/* The code's short name ("temp", "perm"...) as it stands in logs and on the wire. */
const char *mado_error_name (int code);

/* The code for such a name; MADO_ERROR_BUG when it is none. */
int mado_error_code (const char *name);
