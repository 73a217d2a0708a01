/* negotiate.h: what a request says about the answer that it can use (RFC 9110, 12.5 and 13.1.2). */
#pragma once

#include "madoguchi/web/http.h"

/* May the answer be of the media @type ("application/json")? Whoever says nothing takes everything. */
gboolean mado_negotiate_accepts (const MadoHttpRequest *request, const char *type);

/* May it be compressed by gzip? Whoever says nothing does not say so. */
gboolean mado_negotiate_has_gzip (const MadoHttpRequest *request);

/* Has he what @etag names already (If-None-Match)? */
gboolean mado_negotiate_is_known (const MadoHttpRequest *request, const char *etag);
