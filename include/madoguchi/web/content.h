/* content.h: the JSON that a request brings. */
#pragma once

#include "madoguchi/web/http.h"

#include <json-glib/json-glib.h>

/* (transfer full) the object that @request brings as application/json; an empty one when it brings nothing.
 * Errors: USAGE, in words for who sent it. */
JsonNode *mado_content_read (const MadoHttpRequest *request, GError **error);

/* Does it bring nothing, or what says that it is application/json? */
gboolean mado_content_is_readable (const MadoHttpRequest *request);

/* (nullable, transfer none) a text of that object. */
const char *mado_content_string (JsonNode *node, const char *name);

/* Is @node a text? Half a surrogate pair, escaped, is none: json-glib would write it as no UTF-8. */
gboolean mado_content_is_text (JsonNode *node);
