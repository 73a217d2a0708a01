/* http-request.h: one request as it was read: a copy of its own, which stays when the connection goes. The readers of http.h look at it. */
#pragma once

#include "madoguchi/web/http.h"

typedef enum { MADO_HTTP_FIELD, MADO_HTTP_COOKIE, MADO_HTTP_ARGUMENT } MadoHttpKind;

/* (transfer full) a request without fields and content, with one reference. */
MadoHttpRequest *mado_http_request_new (const char *method, const char *path);
MadoHttpRequest *mado_http_request_ref (MadoHttpRequest *request);
void mado_http_request_unref (MadoHttpRequest *request);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoHttpRequest, mado_http_request_unref)

/* Adds what came with it, as it was written. @value: (nullable) there is none. */
void mado_http_request_add (MadoHttpRequest *request, MadoHttpKind kind, const char *name, const char *value);

/* How often @name comes. */
guint mado_http_request_count (const MadoHttpRequest *request, MadoHttpKind kind, const char *name);

/* Gives it its @content. Once. */
void mado_http_request_fill (MadoHttpRequest *request, GBytes *content);

/* From whom the connection comes: an address of the network; "" when it comes over a socket of the host. */
void mado_http_request_set_peer (MadoHttpRequest *request, const char *peer);
