/* entrance.h: coming in and going: the requests that hand out or take back a session. */
#pragma once

#include "madoguchi/web/site.h"

/* (transfer full, nullable) the answer, if @request is one of these: POST log-in, set-up, set-up/confirm, log-out, GET session and
 * events, all below /api/v1; NULL: it is another one. */
MadoHttpAnswer *mado_entrance_answer (const MadoSite *site, const MadoHttpRequest *request);

/* Is @request one of these? */
gboolean mado_entrance_is_one (const MadoHttpRequest *request);

/* (nullable, static) the method by which there is one at the path of @request. */
const char *mado_entrance_methods (const MadoHttpRequest *request);
