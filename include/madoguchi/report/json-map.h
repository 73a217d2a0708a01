/* json-map.h: from a JSON tree to a record by a table: each value becomes a field under its path ("Report.Samples[0].Name"),
 * and those that a row names become what all formats share. */
#pragma once

#include "madoguchi/report/format.h"

#include <json-glib/json-glib.h>

typedef enum {
  MADO_MAP_FIELD, /* nothing but a field: what values without a row are */
  MADO_MAP_SKIP,  /* not a field either, with all below it: the reader takes it, or nobody */
  MADO_MAP_ID,
  MADO_MAP_TYPE,
  MADO_MAP_VERSION,
  MADO_MAP_TITLE,
  MADO_MAP_DESCRIPTION,
  MADO_MAP_REQUEST,
  MADO_MAP_NAME,    /* of the reporter */
  MADO_MAP_ADDRESS, /* his mail address */
  MADO_MAP_ORGANIZATION,
  MADO_MAP_REPORTED,
  MADO_MAP_DETECTED,
  MADO_MAP_STARTED,
  MADO_MAP_ENDED,
  MADO_MAP_SOURCE,
  MADO_MAP_TARGET,
  MADO_MAP_REFERENCE,
  MADO_MAP_EXTERNAL, /* the reporter's number of the case, one word; not of a forwarded mail */
  MADO_MAP_TLP       /* a colour; the strictest counts */
} MadoMapUse;

typedef struct {
  const char *path;  /* names with dots between them, "[]" behind lists; with a "*" before it the end of a path, with one
                        behind it the beginning */
  MadoMapUse use;
  gboolean is_note;  /* no text for indicators */
} MadoMapRow;

/* Adds @node to @draft, its fields under @prefix ("" or a path), by @rows (ended by a row without a path). */
void mado_json_map (MadoRecordDraft *draft, JsonNode *node, const char *prefix, const MadoMapRow *rows);

/* Adds of @node what @rows name, and nothing else; their paths have no lists and no "*". */
void mado_json_pick (MadoRecordDraft *draft, JsonNode *node, const MadoMapRow *rows);

/* What a row does, for a value that the reader found himself. */
void mado_json_use (MadoRecordDraft *draft, MadoMapUse use, const char *value);

/* "TLP:AMBER" for "amber", "TLP:AMBER"...; NULL: it is none. */
const char *mado_json_tlp (const char *word);

/* Seconds since the epoch of a time as mado_format_time () reads it, of a day ("2016-06-09", in UTC), or written as such seconds. */
gint64 mado_json_time (const char *text);

/* Adds size and SHA-256 of the sample in @payload as fields below @path: what it holds is not looked at. @is_base64: it is
 * written so; else it is a text that the reporter shows, and indicators are looked for in it. @type: nullable, its media type. */
void mado_json_sample (MadoRecordDraft *draft, const char *path, const char *type, const char *payload, gboolean is_base64);
