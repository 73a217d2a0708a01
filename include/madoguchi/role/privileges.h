/* privileges.h: what a role must NOT be able to reach, asserted when it starts. */
#pragma once

#include "madoguchi/conf/conf.h"

/* Tries what role @name must not have: root; the store, the spool, the secret keys, other roles' sockets, as
 * the table in privileges.c says. With [runtime] insecure-single-uid each missing protection is one warning in
 * the log; without it the first one is the error. Errors: CONF. */
gboolean mado_privileges_check (const char *name, const MadoConf *conf, GError **error);
