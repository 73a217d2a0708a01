/* json.h: the one way from bytes to JSON: cleaned and capped (json-clean.h), then read by json-glib; and what readers ask
 * of the tree without asking first what it is. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/report/json-clean.h"

#include <json-glib/json-glib.h>

typedef struct {
  GPtrArray *roots;    /* of JsonNode: one, or one for each line */
  GPtrArray *problems; /* of char: the rest of a sentence about the document ("is nested deeper than ...") */
  guint values;        /* that were looked at */
} MadoJson;

/* The limits of @conf (nullable: the defaults). [formats] values is for all documents of a mail together. */
MadoJsonLimits mado_json_limits (const MadoConf *conf);

/* Reads @bytes: UTF-8, or UTF-16 by its byte order mark or its zeros. What cannot be read is a problem, never an error. */
void mado_json_read (GBytes *bytes, const MadoJsonLimits *limits, MadoJson *json);
void mado_json_clear (MadoJson *json);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoJson, mado_json_clear)

/* The member of that name, when @node (nullable) is an object that has it. */
JsonNode *mado_json_member (JsonNode *node, const char *name);

/* The same, along names with dots between them. */
JsonNode *mado_json_find (JsonNode *node, const char *path);

/* Members of an array (nullable node); a single value that is none is taken for an array of one. */
guint mado_json_count (JsonNode *node);
JsonNode *mado_json_item (JsonNode *node, guint index);

/* The string that @node (nullable) is; NULL when it is none. */
const char *mado_json_string (JsonNode *node);

/* The same of the member @name. */
const char *mado_json_get (JsonNode *node, const char *name);

/* Is there such a member, and a string, and this one? */
gboolean mado_json_is (JsonNode *node, const char *name, const char *value);

/* (transfer full, nullable) a string, a number or a truth value as text. */
char *mado_json_text (JsonNode *node);
