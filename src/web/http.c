/* http.c: see http.h. The only caller of libmicrohttpd. Must never log what a request holds. */
#include "madoguchi/web/http.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/web/events.h"
#include "madoguchi/web/patience.h"

#include <errno.h>
#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

#define MEMORY (48 * 1024) /* of one connection, for its header fields */
#define MAX_LISTENERS 8
#define BUFFER (64 * 1024)
#define SMALL (64 * 1024)           /* content of so many bytes always finds room */
#define TOGETHER (128 * 1024 * 1024) /* bytes of larger contents at the same time: who sends them may be anybody */

struct _MadoHttp {
  struct MHD_Daemon *daemons[MAX_LISTENERS];
  MadoHttpLimits limits;
  MadoHttpHandler handler;
  MadoHttpTrust trust;
  gpointer data;
  MadoEvents *events;
  gint taken; /* atomic: of TOGETHER */
  MadoPatience *patience;
};

struct _MadoHttpRequest {
  struct MHD_Connection *connection;
  char *method, *path;
  GByteArray *received;
  GBytes *content;
  gint taken;   /* of TOGETHER */
  gboolean is_trusted;
};

/* --- answers -------------------------------------------------------------------------------------------- */

MadoHttpAnswer *
mado_http_answer_new (guint status, const char *type, GBytes *content)
{
  MadoHttpAnswer *answer = g_new0 (MadoHttpAnswer, 1);

  answer->status = status;
  answer->type = type;
  answer->content = content != NULL ? g_bytes_ref (content) : NULL;
  answer->fd = -1;
  answer->headers = g_ptr_array_new_with_free_func (g_free);
  return answer;
}

void
mado_http_answer_free (MadoHttpAnswer *answer)
{
  if (answer == NULL)
    return;
  g_clear_pointer (&answer->content, g_bytes_unref);
  if (answer->fd >= 0)
    close (answer->fd);
  g_ptr_array_unref (answer->headers);
  g_free (answer->listener);
  g_free (answer->session);
  g_free (answer);
}

void
mado_http_answer_add (MadoHttpAnswer *answer, const char *name, const char *value)
{
  GString *clean = g_string_new (NULL);

  for (const char *p = value; *p != '\0'; p++)
    if ((guchar) *p >= 0x20 && *p != 0x7f)
      g_string_append_c (clean, *p);
  g_ptr_array_add (answer->headers, g_strdup (name));
  g_ptr_array_add (answer->headers, g_string_free (clean, FALSE));
}

/* What every answer says, so that a browser does no more with it than it has to. */
static void
add_protection (struct MHD_Response *response)
{
  static const char *const fields[][2] = {
    { "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; "
      "base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'" },
    { "X-Content-Type-Options", "nosniff" },
    { "X-Frame-Options", "DENY" },
    { "Referrer-Policy", "no-referrer" },
    { "Cross-Origin-Opener-Policy", "same-origin" },
    { "Cross-Origin-Resource-Policy", "same-origin" },
    { "Cross-Origin-Embedder-Policy", "require-corp" },
    { "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()" },
    { "X-Robots-Tag", "noindex, nofollow" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    MHD_add_response_header (response, fields[i][0], fields[i][1]);
}

static ssize_t
read_bytes (void *data, uint64_t position, char *buffer, size_t max)
{
  gsize length;
  const char *bytes = g_bytes_get_data (data, &length);
  gsize n = position < length ? MIN (max, length - (gsize) position) : 0;

  if (n == 0)
    return MHD_CONTENT_READER_END_OF_STREAM;
  memcpy (buffer, bytes + position, n);
  return (ssize_t) n;
}

static void
drop_bytes (void *data)
{
  g_bytes_unref (data);
}

typedef struct {
  int fd;
  guint64 offset;
} File;

static ssize_t
read_file (void *data, uint64_t position, char *buffer, size_t max)
{
  const File *file = data;
  ssize_t n = pread (file->fd, buffer, max, (off_t) (file->offset + position));

  return n > 0 ? n : n == 0 ? MHD_CONTENT_READER_END_OF_STREAM : MHD_CONTENT_READER_END_WITH_ERROR;
}

static void
drop_file (void *data)
{
  close (((File *) data)->fd);
  g_free (data);
}

static struct MHD_Response *
make_response (MadoHttp *http, struct MHD_Connection *connection, MadoHttpAnswer *answer)
{
  if (answer->listener != NULL)
    return mado_events_join (http->events, answer->listener, answer->session, connection);
  if (answer->fd >= 0) {
    File *file = g_new0 (File, 1);
    file->fd = answer->fd;
    file->offset = answer->offset;
    answer->fd = -1;
    return MHD_create_response_from_callback (answer->size, BUFFER, read_file, file, drop_file);
  }
  gsize length = answer->content != NULL ? g_bytes_get_size (answer->content) : 0;
  if (length == 0)
    return MHD_create_response_from_buffer (0, (void *) "", MHD_RESPMEM_PERSISTENT);
  return MHD_create_response_from_callback (length, BUFFER, read_bytes, g_bytes_ref (answer->content), drop_bytes);
}

static enum MHD_Result
send_answer (MadoHttp *http, struct MHD_Connection *connection, MadoHttpAnswer *answer)
{
  struct MHD_Response *response = make_response (http, connection, answer);
  enum MHD_Result result;

  if (response == NULL && answer->listener == NULL)
    return MHD_NO;
  if (response == NULL) {
    answer->status = MHD_HTTP_SERVICE_UNAVAILABLE;
    response = MHD_create_response_from_buffer (0, (void *) "", MHD_RESPMEM_PERSISTENT);
  }
  add_protection (response);
  if (answer->type != NULL)
    MHD_add_response_header (response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
  for (guint i = 0; i + 1 < answer->headers->len; i += 2)
    MHD_add_response_header (response, answer->headers->pdata[i], answer->headers->pdata[i + 1]);
  result = MHD_queue_response (connection, answer->status, response);
  MHD_destroy_response (response);
  return result;
}

static enum MHD_Result
send_status (MadoHttp *http, struct MHD_Connection *connection, guint status)
{
  g_autoptr (MadoHttpAnswer) answer = mado_http_answer_new (status, NULL, NULL);

  mado_http_answer_add (answer, "Cache-Control", "no-store");
  mado_http_answer_add (answer, "Connection", "close");
  return send_answer (http, connection, answer);
}

/* --- requests ------------------------------------------------------------------------------------------- */

const char *
mado_http_method (const MadoHttpRequest *request)
{
  return request->method;
}

const char *
mado_http_path (const MadoHttpRequest *request)
{
  return request->path;
}

GBytes *
mado_http_content (const MadoHttpRequest *request)
{
  return request->content;
}

/* One value of one name. */
typedef struct {
  const char *name;
  gboolean is_exact;
  const char *value;
  guint count;
} Look;

static enum MHD_Result
look_at (void *data, enum MHD_ValueKind kind G_GNUC_UNUSED, const char *name, const char *value)
{
  Look *look = data;

  if ((look->is_exact ? strcmp (name, look->name) : g_ascii_strcasecmp (name, look->name)) == 0) {
    look->count++;
    look->value = value;
  }
  return MHD_YES;
}

/* (nullable) what is no text, or said twice, is not said. */
static const char *
look_for (const MadoHttpRequest *request, enum MHD_ValueKind kind, const char *name)
{
  Look look = { name, kind != MHD_HEADER_KIND, NULL, 0 };

  MHD_get_connection_values (request->connection, kind, look_at, &look);
  return look.count == 1 && look.value != NULL && g_utf8_validate (look.value, -1, NULL) ? look.value : NULL;
}

const char *
mado_http_header (const MadoHttpRequest *request, const char *name)
{
  return look_for (request, MHD_HEADER_KIND, name);
}

gboolean
mado_http_has_header (const MadoHttpRequest *request, const char *name)
{
  Look look = { name, FALSE, NULL, 0 };

  MHD_get_connection_values (request->connection, MHD_HEADER_KIND, look_at, &look);
  return look.count > 0;
}

char *
mado_http_cookie (const MadoHttpRequest *request, const char *name)
{
  return g_strdup (look_for (request, MHD_COOKIE_KIND, name));
}

char *
mado_http_query (const MadoHttpRequest *request, const char *name)
{
  const char *value = look_for (request, MHD_GET_ARGUMENT_KIND, name);

  if (value == NULL)
    return NULL;
  g_autofree char *spaced = g_strdelimit (g_strdup (value), "+", ' ');
  g_autofree char *decoded = g_uri_unescape_string (spaced, NULL);
  return decoded != NULL && g_utf8_validate (decoded, -1, NULL) ? g_steal_pointer (&decoded) : NULL;
}

typedef struct {
  const char *const *names;
  gboolean is_found;
} Others;

static enum MHD_Result
find_other (void *data, enum MHD_ValueKind kind G_GNUC_UNUSED, const char *name, const char *value G_GNUC_UNUSED)
{
  Others *others = data;

  others->is_found = others->is_found || !g_strv_contains (others->names, name);
  return MHD_YES;
}

gboolean
mado_http_query_has_other (const MadoHttpRequest *request, const char *const *names)
{
  Others others = { names, FALSE };

  MHD_get_connection_values (request->connection, MHD_GET_ARGUMENT_KIND, find_other, &others);
  return others.is_found;
}

static void
request_free (MadoHttp *http, MadoHttpRequest *request)
{
  g_atomic_int_add (&http->taken, -request->taken);
  g_free (request->method);
  g_free (request->path);
  g_byte_array_unref (request->received);
  g_clear_pointer (&request->content, g_bytes_unref);
  g_free (request);
}

static MadoHttpRequest *
request_new (struct MHD_Connection *connection, const char *url, const char *method)
{
  MadoHttpRequest *request = g_new0 (MadoHttpRequest, 1);

  request->connection = connection;
  request->method = g_strdup (method);
  request->path = g_strdup (url);
  request->received = g_byte_array_new ();
  return request;
}

/* Both a length and chunks, or two hosts: whoever stands before us may have read it otherwise (RFC 9112, 6.3). */
static gboolean
is_ambiguous (const MadoHttpRequest *request)
{
  const char *chunked = look_for (request, MHD_HEADER_KIND, "Transfer-Encoding");
  Look lengths = { "Content-Length", FALSE, NULL, 0 }, codings = { "Transfer-Encoding", FALSE, NULL, 0 };
  Look hosts = { "Host", FALSE, NULL, 0 };

  MHD_get_connection_values (request->connection, MHD_HEADER_KIND, look_at, &lengths);
  MHD_get_connection_values (request->connection, MHD_HEADER_KIND, look_at, &codings);
  MHD_get_connection_values (request->connection, MHD_HEADER_KIND, look_at, &hosts);
  return lengths.count + codings.count > 1 || hosts.count > 1 || (chunked != NULL && g_ascii_strcasecmp (chunked, "chunked") != 0);
}

/* 0: it may have @length bytes of content. Otherwise why not. */
static guint
refuse_length (MadoHttp *http, MadoHttpRequest *request, guint64 length)
{
  if (length > http->limits.max_content)
    return MHD_HTTP_CONTENT_TOO_LARGE;
  if (length <= SMALL || request->is_trusted)
    return 0;
  request->is_trusted = http->trust (request, http->data);
  return request->is_trusted ? 0 : MHD_HTTP_UNAUTHORIZED;
}

static guint
refuse_header (MadoHttp *http, MadoHttpRequest *request)
{
  const char *length = mado_http_header (request, "Content-Length");

  if (is_ambiguous (request))
    return MHD_HTTP_BAD_REQUEST;
  return length != NULL ? refuse_length (http, request, g_ascii_strtoull (length, NULL, 10)) : 0;
}

/* Is there memory for @length more bytes of the content? */
static gboolean
take_room (MadoHttp *http, MadoHttpRequest *request, gsize length)
{
  gsize all = request->received->len + length;

  if (refuse_length (http, request, all) != 0)
    return FALSE;
  if (all <= SMALL)
    return TRUE;
  request->taken += (gint) length;
  return g_atomic_int_add (&http->taken, (gint) length) <= TOGETHER - (gint) length;
}

static MadoPatienceOne *
get_patience (struct MHD_Connection *connection)
{
  return MHD_get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

static enum MHD_Result
begin (MadoHttp *http, MadoHttpRequest *request)
{
  guint status = refuse_header (http, request);

  mado_patience_give (http->patience, get_patience (request->connection), http->limits.read_seconds);
  return status != 0 ? send_status (http, request->connection, status) : MHD_YES;
}

/* Called when the header is here, then for each piece of the content, then once with none. */
static enum MHD_Result
on_request (void *data, struct MHD_Connection *connection, const char *url, const char *method, const char *version G_GNUC_UNUSED,
            const char *bytes, size_t *length, void **state)
{
  MadoHttp *http = data;
  MadoHttpRequest *request = *state;

  if (request == NULL) {
    request = *state = request_new (connection, url, method);
    return begin (http, request);
  }
  if (*length > 0) {
    if (!take_room (http, request, *length))
      return MHD_NO;
    g_byte_array_append (request->received, (const guint8 *) bytes, (guint) *length);
    *length = 0;
    return MHD_YES;
  }
  request->content = g_byte_array_free_to_bytes (g_steal_pointer (&request->received));
  request->received = g_byte_array_new ();
  mado_patience_give (http->patience, get_patience (connection), 0);
  g_autoptr (MadoHttpAnswer) answer = http->handler (request, http->data);
  if (answer->listener != NULL && !mado_events_has_room (http->events, answer->listener))
    return send_status (http, connection, MHD_HTTP_TOO_MANY_REQUESTS);
  return send_answer (http, connection, answer);
}

static void
on_completed (void *data, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code G_GNUC_UNUSED)
{
  MadoHttp *http = data;

  if (*state != NULL)
    request_free (http, *state);
  *state = NULL;
  mado_patience_give (http->patience, get_patience (connection), http->limits.idle_seconds);
}

/* Called for each connection when it comes and when it goes. */
static void
on_connection (void *data, struct MHD_Connection *connection, void **context, enum MHD_ConnectionNotificationCode code)
{
  MadoHttp *http = data;

  if (code == MHD_CONNECTION_NOTIFY_STARTED)
    *context = mado_patience_add (http->patience, MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd,
                                  http->limits.read_seconds);
  else
    mado_patience_remove (http->patience, *context);
}

/* Percent signs are decoded where what they stand in is known: in segments and arguments, not in the whole. */
static size_t
leave_escaped (void *data G_GNUC_UNUSED, struct MHD_Connection *connection G_GNUC_UNUSED, char *text)
{
  return strlen (text);
}

/* --- serving -------------------------------------------------------------------------------------------- */

static struct MHD_Daemon *
start (MadoHttp *http, int listener)
{
  const MadoHttpLimits *limits = &http->limits;

  return MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, NULL, NULL, on_request, http,
                           MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_THREAD_POOL_SIZE, limits->threads,
                           MHD_OPTION_CONNECTION_LIMIT, limits->connections, MHD_OPTION_CONNECTION_TIMEOUT, limits->idle_seconds,
                           MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) MEMORY, MHD_OPTION_STRICT_FOR_CLIENT, 1,
                           MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http,
                           MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL,
                           MHD_OPTION_END);
}

MadoHttp *
mado_http_serve (const int *listeners, const MadoHttpLimits *limits, MadoHttpHandler handler, MadoHttpTrust trust,
                 gpointer data, GError **error)
{
  g_autoptr (MadoHttp) http = g_new0 (MadoHttp, 1);

  http->limits = *limits;
  http->handler = handler;
  http->trust = trust;
  http->data = data;
  http->events = mado_events_new (limits->connections / 2); /* the others are for those who ask */
  http->patience = mado_patience_new ();
  for (guint i = 0; listeners[i] >= 0; i++) {
    http->daemons[i < MAX_LISTENERS ? i : 0] = i < MAX_LISTENERS ? start (http, listeners[i]) : NULL;
    if (i >= MAX_LISTENERS || http->daemons[i] == NULL) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "the page cannot be served: %s", g_strerror (errno));
      return NULL;
    }
  }
  return g_steal_pointer (&http);
}

void
mado_http_tell_change (MadoHttp *http, gint64 serial)
{
  mado_events_tell (http->events, serial);
}

void
mado_http_tell_nothing (MadoHttp *http)
{
  mado_events_tell (http->events, 0);
}

GStrv
mado_http_list_sessions (MadoHttp *http)
{
  return mado_events_list (http->events);
}

void
mado_http_dismiss (MadoHttp *http, const char *const *sessions)
{
  mado_events_dismiss (http->events, sessions);
}

void
mado_http_end (MadoHttp *http)
{
  mado_events_end (http->events); /* a connection that waits could not be closed */
  for (guint i = 0; i < MAX_LISTENERS; i++)
    g_clear_pointer (&http->daemons[i], MHD_stop_daemon);
}

void
mado_http_free (MadoHttp *http)
{
  if (http == NULL)
    return;
  mado_http_end (http);
  mado_events_free (http->events);
  mado_patience_free (http->patience);
  g_free (http);
}
