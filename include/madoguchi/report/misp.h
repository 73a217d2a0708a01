/* misp.h: events and attributes of MISP, as it exports them. */
#pragma once

#include "madoguchi/report/json-formats.h"

/* A MadoJsonReader. */
gboolean mado_misp_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output);
