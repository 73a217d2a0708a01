/* asset.h: the page's own files, read once at start: nothing that a request says is ever looked up in a directory. */
#pragma once

#include "madoguchi/web/http.h"

typedef struct {
  const char *type;
  GBytes *bytes;
  char *etag;
  GBytes *packed; /* (nullable) the same by gzip, if that is smaller: our own files alone, which hold no secret that its size could tell */
  char *packed_etag;
} MadoAsset;

/* (transfer full) path ("/", "/app.js") -> MadoAsset of the files of @directory. Errors: CONF. */
GHashTable *mado_assets_read (const char *directory, GError **error);

/* Adds one, at @path. @type: (static). */
void mado_assets_put (GHashTable *assets, const char *path, const char *type, GBytes *bytes);

/* (transfer full, nullable) the file at the path of @request; NULL: there is none. */
MadoHttpAnswer *mado_assets_answer (GHashTable *assets, const MadoHttpRequest *request);
