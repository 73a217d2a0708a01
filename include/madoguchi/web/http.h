/* http.h: one HTTP server for the members' page: reads requests whole, within limits, and hands each to one function.
 *
 * Stands behind a reverse proxy that speaks TLS (conf/nginx, conf/caddy). libmicrohttpd reads HTTP/1.1 and gives each of its
 * threads some of the connections; these never wait for anybody. What needs the keeper's answer waits in a line (line.h), and is
 * answered by that one's threads, several at once.
 */
#pragma once

#include "madoguchi/web/http-answer.h"
#include "madoguchi/web/line.h"

#include <glib.h>

typedef struct _MadoHttp MadoHttp;
typedef struct _MadoHttpRequest MadoHttpRequest;

/* What has to be known of a request before somebody works on it, from its header alone. */
typedef struct {
  gboolean waits; /* for the keeper, in this lane; else it is answered where it is read, and nothing may block */
  MadoLineLane lane;
  char *visitor; /* (owned) a word that tells who asks from others */
  gboolean is_known;
} MadoHttpPlan;

/* What is served. @data is the last argument of mado_http_serve (). */
typedef struct {
  MadoHttpPlan (*plan) (const MadoHttpRequest *request, gpointer data);
  MadoHttpAnswer *(*answer) (const MadoHttpRequest *request, gpointer data); /* (transfer full) */
  /* with how many bytes of content, 0: nobody knows him, -1: nobody can say now; asked in the line, before a large one is kept */
  gssize (*trusts) (const MadoHttpRequest *request, gpointer data);
} MadoHttpService;

/* (transfer none) "GET", "POST"...; the path as it was sent, percent signs and all; from which address of the network the connection
 * comes ("": it is a socket of the host); the content (never NULL). */
const char *mado_http_method (const MadoHttpRequest *request);
const char *mado_http_path (const MadoHttpRequest *request);
const char *mado_http_peer (const MadoHttpRequest *request);
GBytes *mado_http_content (const MadoHttpRequest *request);

/* (nullable, transfer none) a header field; NULL when it is absent or comes more than once. */
const char *mado_http_header (const MadoHttpRequest *request, const char *name);

/* Does the header field come at all, however it is written? */
gboolean mado_http_has_header (const MadoHttpRequest *request, const char *name);

/* (nullable, transfer full) an argument of the query, decoded; NULL when it is absent, comes twice, or is no UTF-8. */
char *mado_http_query (const MadoHttpRequest *request, const char *name);

/* Has the query an argument that none of @names (NULL-terminated) is? */
gboolean mado_http_query_has_other (const MadoHttpRequest *request, const char *const *names);

/* (nullable, transfer full) a cookie (RFC 6265); NULL when it is absent or comes twice. */
char *mado_http_cookie (const MadoHttpRequest *request, const char *name);

typedef struct {
  gsize max_content;  /* bytes; more get 413 */
  guint connections;  /* at once; strangers have half of them */
  guint idle_seconds; /* a connection silent for this long is closed */
  guint read_seconds; /* a request has to be here whole after this long */
  guint threads;      /* that read and write */
  MadoLineLimits line;
} MadoHttpLimits;

/* (transfer full) serves on @listeners (-1 at their end; taken over). Errors: TEMP. */
MadoHttp *mado_http_serve (const int *listeners, const MadoHttpLimits *limits, const MadoHttpService *service, gpointer data,
                           GError **error);

/* Tells all who listen to events that something changed; @serial: a number that grows. NULL-safe. From any thread. */
void mado_http_tell_change (MadoHttp *http, gint64 serial);

/* Keeps silent connections of events alive: called every some seconds. */
void mado_http_tell_nothing (MadoHttp *http);

/* (transfer full) the names of the sessions by which somebody listens. From any thread. */
GStrv mado_http_list_sessions (MadoHttp *http);

/* Whoever listens by one of these sessions does so no longer. From any thread. */
void mado_http_dismiss (MadoHttp *http, const char *const *sessions);

/* Ends all connections; what is told from then on nobody hears. */
void mado_http_end (MadoHttp *http);

void mado_http_free (MadoHttp *http);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoHttp, mado_http_free)
