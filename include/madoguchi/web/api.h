/* api.h: /api/v1: the keeper's words over HTTP. One table: path, word, arguments, answer. From it come the requests that are
 * understood, and the OpenAPI document that describes them (openapi.h). */
#pragma once

#include "madoguchi/model/record.h"
#include "madoguchi/web/site.h"

typedef enum {
  MADO_API_STRING,
  MADO_API_INTEGER,
  MADO_API_BOOLEAN,
  MADO_API_STRINGS, /* lists from here on */
  MADO_API_INTEGERS,
  MADO_API_FILES /* {name, type, content in base64}; sha256 instead of content: one that the gateway has */
} MadoApiType;

typedef enum { MADO_API_PATH, MADO_API_QUERY, MADO_API_CONTENT } MadoApiPlace;

typedef struct {
  const char *name; /* NULL: the end */
  MadoApiType type;
  MadoApiPlace place;
  gboolean is_needed;
  const char *help;
} MadoApiArgument;

typedef enum {
  MADO_API_RECORD, /* one record of type */
  MADO_API_ITEMS,  /* {"items": [records of type], and what else the keeper says} */
  MADO_API_BODY,   /* the words' own answer; with a type: a record of it, and what else the keeper says */
  MADO_API_FILE,   /* a descriptor, as a download that no browser shows */
  MADO_API_NOTHING
} MadoApiKind;

#define MADO_API_ARGUMENTS 16 /* of one call, and an end */

typedef struct {
  const char *method; /* "GET", "POST"; NULL: the end */
  const char *path;   /* below /api/v1, with {names} of arguments */
  const char *verb;   /* of the keeper (ipc/peer.h) */
  MadoApiKind kind;
  const MadoRecordType *type; /* of records */
  gboolean has_version;       /* takes If-Match, answers with ETag: the ticket's version */
  const char *help;
  MadoApiArgument arguments[MADO_API_ARGUMENTS];
} MadoApiCall;

/* All of them. */
extern const MadoApiCall mado_api_calls[];

/* (transfer full) the answer to a request whose path begins with "/api/v1/". */
MadoHttpAnswer *mado_api_answer (const MadoSite *site, const MadoHttpRequest *request);

/* Has the keeper to be asked for the answer, and how long may that take? */
gboolean mado_api_needs_keeper (const MadoHttpRequest *request, MadoLineLane *lane);

/* Does the call that @request makes take files? */
gboolean mado_api_takes_files (const MadoHttpRequest *request);

/* (transfer full) an error as problem details (RFC 9457). @detail: (nullable) a sentence. */
MadoHttpAnswer *mado_api_problem (guint status, const char *title, const char *detail);

/* (transfer full) the same for an error of ours or of the keeper. */
MadoHttpAnswer *mado_api_fail (const GError *error);
