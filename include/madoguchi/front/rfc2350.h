/* rfc2350.h: the document by which a team presents itself (RFC 2350), as far as the configuration knows it. The rest is
 * marked, for people to complete: nothing is invented. */
#pragma once

#include "madoguchi/conf/conf.h"

/* (transfer full) the document in @language, "en" or "ja". */
char *mado_rfc2350_make (const MadoConf *conf, const char *language);
