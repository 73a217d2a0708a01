/* api-list.h: arguments of a request that are lists: texts, numbers, files. */
#pragma once

#include "madoguchi/web/api.h"

#include <json-glib/json-glib.h>

/* Is @type one of them? */
gboolean mado_api_list_is (MadoApiType type);

/* What may be said of a file; the first is needed. NULL-terminated. */
extern const char *const mado_api_list_file_fields[];

/* Adds the list @node as @argument. Errors: USAGE (no such list, or too long a one). */
gboolean mado_api_list_add (GVariantDict *dict, const MadoApiArgument *argument, JsonNode *node, GError **error);
