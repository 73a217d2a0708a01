/* json-formats.h: which JSON in a mail is a report, and who reads it. */
#pragma once

#include "madoguchi/report/format.h"

#include <json-glib/json-glib.h>

/* Reads @root, an object, when it is of the reader's format, whole or not: then TRUE. */
typedef gboolean (*MadoJsonReader) (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output);

/* A MadoFormatReader for all of them: JSON by its label, its name, or its first characters. */
gboolean mado_json_formats_read (const MadoDocument *document, MadoFormatOutput *output);
