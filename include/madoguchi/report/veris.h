/* veris.h: incidents in the Vocabulary for Event Recording and Incident Sharing (schema 1.3 and 1.4). */
#pragma once

#include "madoguchi/report/json-formats.h"

/* A MadoJsonReader. */
gboolean mado_veris_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output);
