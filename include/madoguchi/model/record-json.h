/* record-json.h: the JSON of the contract, from the same field tables. */
#pragma once

#include "madoguchi/model/record.h"
#include <json-glib/json-glib.h>

/* (transfer full) @record as a JSON object: the schema first, then every field that is not internal, in the
 * table's order; zero times, absent records and strings as null. */
JsonNode *mado_record_to_json (const MadoRecordType *type, gconstpointer record);

/* (transfer full) an answer of a role (a{sv} of strings, numbers, booleans, lists of strings and of the same) as a JSON object;
 * empty strings as null. */
JsonNode *mado_body_to_json (GVariant *body);

/* (transfer full) @node as one line of UTF-8 text, with nothing but ASCII escapes for control characters. */
char *mado_json_line (JsonNode *node);

/* (transfer full) the same, indented for people. */
char *mado_json_pretty (JsonNode *node);
