/* iodef-json.h: IODEF as JSON (RFC 8727): the same names as in XML, the same reader behind it. */
#pragma once

#include "madoguchi/report/json-formats.h"

/* A MadoJsonReader. */
gboolean mado_iodef_json_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output);
