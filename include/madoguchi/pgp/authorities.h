/* authorities.h: the certificate authorities that the team trusts for S/MIME, and what is known of them. For
 * `madoguchi doctor`; the mail path asks gpgsm. */
#pragma once

#include "madoguchi/conf/conf.h"

typedef struct {
  char *fingerprint;   /* SHA-1, upper-case hex */
  gboolean is_known;   /* is its certificate in [crypto] gnupg-home? */
  char *subject;       /* NULL: not known */
  gint64 expires;      /* 0: never, or not known */
} MadoAuthority;

void mado_authority_free (MadoAuthority *authority);

/* (transfer full) the authorities in the file [crypto] smime-trust (of MadoAuthority); none without that setting. Starts
 * gpgsm once. Errors: CONF (no such file, a line in it that is no fingerprint), UNAVAILABLE (no gpgsm), TEMP. */
GPtrArray *mado_authorities_list (const MadoConf *conf, GError **error);
