/* stix.h: STIX 2.0 and 2.1: a bundle, or an object by itself, becomes one record; patterns are read for their values, and run by
 * nobody. */
#pragma once

#include "madoguchi/report/json-formats.h"

/* A MadoJsonReader. */
gboolean mado_stix_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output);
