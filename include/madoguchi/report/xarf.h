/* xarf.h: the Extended Abuse Reporting Format as JSON, versions 3 (with its drafts) and 4. The samples that it carries are
 * measured and hashed; what is in them is not opened. */
#pragma once

#include "madoguchi/report/json-formats.h"

/* A MadoJsonReader. */
gboolean mado_xarf_read (JsonNode *root, const MadoDocument *document, MadoFormatOutput *output);
