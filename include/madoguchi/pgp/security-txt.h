/* security-txt.h: the file by which finders learn where to write to (RFC 9116): made from the configuration alone, signed
 * by the team's key, and read again by doctor. Whoever may ask for it can have nothing else signed. */
#pragma once

#include "madoguchi/pgp/seal.h"

/* (transfer full) the text, LF line ends, not signed yet. @now: seconds since the epoch. @key_expires: the end of the team's
 * key (0: never): the file does not outlive it. Errors: CONF (a value that cannot stand in it). */
char *mado_security_txt_make (const MadoConf *conf, gint64 now, gint64 key_expires, GError **error);

/* (transfer full) the same, clear-signed by @sealer (RFC 9580, 7). Errors: CONF, TEMP. */
GBytes *mado_security_txt_sign (const MadoConf *conf, MadoSealer *sealer, gint64 now, GError **error);

/* What a file says. */
typedef struct {
  char *text;         /* without the signature around it */
  gboolean is_signed; /* it has one; nothing was verified */
  guint expiries;     /* Expires fields: exactly one is allowed */
  gint64 expires;     /* 0: none that can be read */
  char **contacts;
  char **encryption;
  char **fields;      /* names of all fields, as they are written */
} MadoSecurityTxt;

void mado_security_txt_clear (MadoSecurityTxt *file);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoSecurityTxt, mado_security_txt_clear)

/* Reads @bytes, whatever they are. */
void mado_security_txt_read (GBytes *bytes, MadoSecurityTxt *file);
