/* http.h: one HTTP server for the members' page: reads requests whole, within limits, and hands each to one function.
 *
 * Stands behind a reverse proxy that speaks TLS (conf/nginx, conf/caddy). libmicrohttpd reads HTTP/1.1 and gives each of its
 * threads some of the connections; a handler may therefore block, and is called by several threads at once.
 */
#pragma once

#include <glib.h>

typedef struct _MadoHttp MadoHttp;
typedef struct _MadoHttpRequest MadoHttpRequest;

/* What a request is answered with. */
typedef struct {
  guint status;     /* RFC 9110, 15 */
  const char *type; /* media type; NULL: there is no content */
  GBytes *content;  /* (owned) */
  int fd;           /* instead of content: a file to send (owned); -1: none */
  guint64 offset, size; /* of what is sent of it */
  GPtrArray *headers; /* name, value, name, value... (owned) */
  char *listener; /* (owned, nullable) the login of whom this stays open for, and is told when something changed (mado_http_tell_change) */
  char *session;  /* (owned) with listener: the name of the session by which he listens (mado_http_dismiss) */
} MadoHttpAnswer;

/* (transfer full) an answer with @content (nullable; a reference is taken) of @type (static, nullable). */
MadoHttpAnswer *mado_http_answer_new (guint status, const char *type, GBytes *content);
void mado_http_answer_free (MadoHttpAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoHttpAnswer, mado_http_answer_free)

/* Adds a header field; characters that would end it are left out. */
void mado_http_answer_add (MadoHttpAnswer *answer, const char *name, const char *value);

/* Answers @request. (transfer full) */
typedef MadoHttpAnswer *(*MadoHttpHandler) (const MadoHttpRequest *request, gpointer data);

/* May whoever sends @request send a large content? Asked once, before it is kept. */
typedef gboolean (*MadoHttpTrust) (const MadoHttpRequest *request, gpointer data);

/* (transfer none) "GET", "POST"...; the path as it was sent, percent signs and all; the content (never NULL). */
const char *mado_http_method (const MadoHttpRequest *request);
const char *mado_http_path (const MadoHttpRequest *request);
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
  guint connections;  /* at once */
  guint idle_seconds; /* a connection silent for this long is closed */
  guint read_seconds; /* a request has to be here whole after this long */
  guint threads;
} MadoHttpLimits;

/* (transfer full) serves on @listeners (-1 at their end; taken over). Errors: TEMP. */
MadoHttp *mado_http_serve (const int *listeners, const MadoHttpLimits *limits, MadoHttpHandler handler, MadoHttpTrust trust,
                           gpointer data, GError **error);

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
