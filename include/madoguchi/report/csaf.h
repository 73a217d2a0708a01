/* csaf.h: advisories in the Common Security Advisory Framework 2.0. */
#pragma once

#include "madoguchi/report/json-formats.h"

/* A MadoJsonReader. */
gboolean mado_csaf_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output);
