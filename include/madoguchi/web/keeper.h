/* keeper.h: the page's way to the keeper: one connection per question, blocking. Safe to use from any thread. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/ipc/wire.h"

/* May the answer to @verb take long? */
gboolean mado_web_is_slow (const char *verb);

/* Asks the keeper @verb with @body (transfer floating, a{sv}). Errors: the keeper's, UNAVAILABLE. */
gboolean mado_web_ask (const MadoConf *conf, const char *verb, GVariant *body, MadoPacket *answer, GError **error);
