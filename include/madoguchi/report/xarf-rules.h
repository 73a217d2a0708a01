/* xarf-rules.h: what the schemas of XARF 3 and 4 say of their members. */
#pragma once

#include "madoguchi/report/json-rules.h"

/* The same as mado_json_check (), for a report of version 4 or of an older one. */
guint mado_xarf_check (JsonNode *root, gboolean is_v4, GPtrArray *found, guint max);
