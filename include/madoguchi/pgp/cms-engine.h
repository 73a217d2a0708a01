/* cms-engine.h: the inside of MadoCmsEngine, shared by cms.c and cms-verify.c only. */
#pragma once

#include "madoguchi/pgp/cms.h"

#include <gpgme.h>

struct _MadoCmsEngine {
  MadoPgpHome *home;
};

/* (transfer full) a context with a clean ring. Each operation has its own: in a second one over the same gpgsm, every
 * failure is a "general error". Errors: TEMP, CONF. */
gpgme_ctx_t mado_cms_engine_begin (MadoCmsEngine *engine, GError **error);
