/* openapi.h: the OpenAPI 3.1 document of /api/v1, written from the table that serves it. */
#pragma once

#include "madoguchi/web/http.h"

#include <json-glib/json-glib.h>

/* (transfer full) the document. */
JsonNode *mado_openapi_document (void);

/* (transfer full) the same as an answer. */
MadoHttpAnswer *mado_openapi_answer (void);
