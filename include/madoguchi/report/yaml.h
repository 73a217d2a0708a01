/* yaml.h: the part of YAML that reports use: names and values, lists, and maps within maps. What makes YAML dangerous
 * (tags, anchors, aliases) is refused, and so is what only attackers write (depth, numbers). Pure. */
#pragma once

#include <glib.h>

/* Reads @size bytes of @text (UTF-8). @reports: (out, transfer full) of GPtrArray of char: name, value, name, value...;
 * one for each document, or for each member of a document that is a list. A map within a map gives "outer.inner", a list
 * its name again and again. Errors: PERM it is no YAML; DENIED a tag, anchor or alias; LIMIT too deep or too many. */
gboolean mado_yaml_read (const char *text, gsize size, GPtrArray **reports, GError **error);
