/* http.c: see http.h. The only caller of libmicrohttpd. Must never log what a request holds. */
#include "madoguchi/web/http.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/web/events.h"
#include "madoguchi/web/http-request.h"
#include "madoguchi/web/patience.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <string.h>
#include <unistd.h>

#define MEMORY (48 * 1024) /* of one connection, for its header fields */
#define MAX_LISTENERS 8
#define BUFFER (64 * 1024)
#define SMALL (64 * 1024)           /* content of so many bytes always finds room */
#define SLOWEST (64 * 1024)         /* bytes in a second, of who may send much */
#define TOGETHER (128 * 1024 * 1024) /* bytes of larger contents at the same time: who sends them may be anybody */

struct _MadoHttp {
  struct MHD_Daemon *daemons[MAX_LISTENERS];
  MadoHttpLimits limits;
  MadoHttpService service;
  gpointer data;
  MadoEvents *events;
  gint taken; /* atomic: of TOGETHER */
  MadoPatience *patience;
  MadoLine *line;
  GMutex mutex;
  GHashTable *suspended; /* set of Exchange: their connections wait for the line */
};

typedef enum { STAGE_READ, STAGE_TRUST, STAGE_ANSWER } Stage; /* the latter two: waits in the line for that */

/* One request on its way: of its connection, and of the line while it waits. */
typedef struct {
  gint references; /* atomic */
  MadoHttp *http;
  struct MHD_Connection *connection; /* as long as it is suspended, or on_request runs */
  MadoHttpRequest *request;
  MadoHttpPlan plan;
  GByteArray *received; /* NULL: it is here whole */
  gint taken;           /* of TOGETHER */
  Stage stage;
  gssize trusted; /* with so many bytes of content; 0: with few; -1: nobody can say */
  gboolean is_suspended; /* these and the answer: under the mutex while it waits */
  MadoHttpAnswer *answer;
} Exchange;

/* --- answers -------------------------------------------------------------------------------------------- */

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
  g_autoptr (MadoHttpAnswer) answer = mado_http_answer_status (status);

  mado_http_answer_add (answer, "Connection", "close");
  return send_answer (http, connection, answer);
}

/* --- requests ------------------------------------------------------------------------------------------- */

static Exchange *
exchange_new (MadoHttp *http, struct MHD_Connection *connection, const char *url, const char *method)
{
  Exchange *exchange = g_new0 (Exchange, 1);

  exchange->references = 1;
  exchange->http = http;
  exchange->connection = connection;
  exchange->request = mado_http_request_new (method, url);
  exchange->received = g_byte_array_new ();
  return exchange;
}

static void
exchange_unref (Exchange *exchange)
{
  if (!g_atomic_int_dec_and_test (&exchange->references))
    return;
  mado_http_request_unref (exchange->request);
  g_clear_pointer (&exchange->received, g_byte_array_unref);
  mado_http_answer_free (exchange->answer);
  g_free (exchange->plan.visitor);
  g_free (exchange);
}

typedef struct {
  MadoHttpRequest *request;
  MadoHttpKind kind;
} Copy;

static enum MHD_Result
copy_value (void *data, enum MHD_ValueKind kind G_GNUC_UNUSED, const char *name, const char *value)
{
  const Copy *copy = data;

  mado_http_request_add (copy->request, copy->kind, name, value);
  return MHD_YES;
}

static void
copy_peer (Exchange *exchange)
{
  const union MHD_ConnectionInfo *info = MHD_get_connection_info (exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  const struct sockaddr *address = info != NULL ? info->client_addr : NULL;
  char text[INET6_ADDRSTRLEN] = "";

  if (address != NULL && address->sa_family == AF_INET)
    inet_ntop (AF_INET, &((const struct sockaddr_in *) address)->sin_addr, text, sizeof text);
  else if (address != NULL && address->sa_family == AF_INET6)
    inet_ntop (AF_INET6, &((const struct sockaddr_in6 *) address)->sin6_addr, text, sizeof text);
  mado_http_request_set_peer (exchange->request, text);
}

/* All that came before the content. What it is copied from goes with the connection. */
static void
copy_header (Exchange *exchange)
{
  Copy fields = { exchange->request, MADO_HTTP_FIELD }, cookies = { exchange->request, MADO_HTTP_COOKIE };
  Copy arguments = { exchange->request, MADO_HTTP_ARGUMENT };

  MHD_get_connection_values (exchange->connection, MHD_HEADER_KIND, copy_value, &fields);
  MHD_get_connection_values (exchange->connection, MHD_COOKIE_KIND, copy_value, &cookies);
  MHD_get_connection_values (exchange->connection, MHD_GET_ARGUMENT_KIND, copy_value, &arguments);
  copy_peer (exchange);
}

/* Both a length and chunks, or two hosts: whoever stands before us may have read it otherwise (RFC 9112, 6.3). */
static gboolean
is_ambiguous (const MadoHttpRequest *request)
{
  const char *coding = mado_http_header (request, "Transfer-Encoding");
  guint codings = mado_http_request_count (request, MADO_HTTP_FIELD, "Transfer-Encoding");

  return mado_http_request_count (request, MADO_HTTP_FIELD, "Content-Length") + codings > 1
         || mado_http_request_count (request, MADO_HTTP_FIELD, "Host") > 1
         || (codings > 0 && (coding == NULL || g_ascii_strcasecmp (coding, "chunked") != 0));
}

static MadoPatienceOne *
get_patience (struct MHD_Connection *connection)
{
  return MHD_get_connection_info (connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* --- waiting for the keeper ------------------------------------------------------------------------------- */

/* The line's work, in one of its threads. What comes after the connection went, or after the end, is thrown away. */
static void
work (gpointer data, gboolean is_done)
{
  Exchange *exchange = data;
  MadoHttp *http = exchange->http;
  gssize trusted = 0;
  MadoHttpAnswer *answer = NULL;

  if (!is_done)
    answer = mado_http_answer_busy ();
  else if (exchange->stage == STAGE_TRUST)
    trusted = http->service.trusts (exchange->request, http->data);
  else
    answer = http->service.answer (exchange->request, http->data);
  g_mutex_lock (&http->mutex);
  if (exchange->is_suspended) {
    exchange->trusted = trusted;
    exchange->answer = g_steal_pointer (&answer);
    exchange->is_suspended = FALSE;
    MHD_resume_connection (exchange->connection);
  }
  g_mutex_unlock (&http->mutex);
  mado_http_answer_free (answer);
  exchange_unref (exchange);
}

/* The connection waits until the line did its work; on_request is called again then. */
static enum MHD_Result
wait_in_line (Exchange *exchange, Stage stage)
{
  const MadoHttpPlan *plan = &exchange->plan;
  MadoHttp *http = exchange->http;

  exchange->stage = stage;
  exchange->trusted = -1; /* until somebody says it */
  g_mutex_lock (&http->mutex);
  exchange->is_suspended = TRUE;
  g_hash_table_add (http->suspended, exchange);
  MHD_suspend_connection (exchange->connection);
  g_mutex_unlock (&http->mutex);
  g_atomic_int_inc (&exchange->references);
  if (!mado_line_put (http->line, plan->lane, plan->visitor, plan->is_known, exchange))
    work (exchange, FALSE);
  return MHD_YES;
}

/* (nullable, transfer full) what the line left. */
static MadoHttpAnswer *
take_answer (Exchange *exchange)
{
  MadoHttpAnswer *answer;

  g_mutex_lock (&exchange->http->mutex);
  g_hash_table_remove (exchange->http->suspended, exchange);
  answer = g_steal_pointer (&exchange->answer);
  g_mutex_unlock (&exchange->http->mutex);
  return answer;
}

/* --- reading requests ------------------------------------------------------------------------------------- */

/* Is there memory for @length more bytes of the content? */
static gboolean
take_room (Exchange *exchange, gsize length)
{
  MadoHttp *http = exchange->http;
  gsize all = exchange->received->len + length;

  if (all <= SMALL)
    return TRUE;
  if (exchange->trusted < 0 || all > (gsize) exchange->trusted)
    return FALSE;
  exchange->taken += (gint) length;
  return g_atomic_int_add (&http->taken, (gint) length) <= TOGETHER - (gint) length;
}

/* Who wants to send much is asked who he is, before any of it is kept. */
static enum MHD_Result
begin (Exchange *exchange)
{
  MadoHttp *http = exchange->http;
  MadoHttpRequest *request = exchange->request;

  copy_header (exchange);
  const char *field = mado_http_header (request, "Content-Length");
  guint64 length = field != NULL ? g_ascii_strtoull (field, NULL, 10) : 0;
  mado_patience_give (http->patience, get_patience (exchange->connection), http->limits.read_seconds);
  if (is_ambiguous (request))
    return send_status (http, exchange->connection, MHD_HTTP_BAD_REQUEST);
  if (length > http->limits.max_content)
    return send_status (http, exchange->connection, MHD_HTTP_CONTENT_TOO_LARGE);
  exchange->plan = http->service.plan (request, http->data);
  if (exchange->plan.is_known)
    mado_patience_know (http->patience, get_patience (exchange->connection), TRUE);
  return length > SMALL ? wait_in_line (exchange, STAGE_TRUST) : MHD_YES;
}

static enum MHD_Result
send_and_know (Exchange *exchange, MadoHttpAnswer *answer)
{
  MadoHttp *http = exchange->http;

  if (exchange->plan.waits) /* the page's own files are anybody's */
    mado_patience_know (http->patience, get_patience (exchange->connection), answer->is_for_member);
  if (answer->listener != NULL && !mado_events_has_room (http->events, answer->listener))
    return send_status (http, exchange->connection, MHD_HTTP_TOO_MANY_REQUESTS);
  return send_answer (http, exchange->connection, answer);
}

/* The request is here whole. */
static enum MHD_Result
answer_request (Exchange *exchange)
{
  MadoHttp *http = exchange->http;
  g_autoptr (GBytes) content = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->received));

  mado_http_request_fill (exchange->request, content);
  mado_patience_give (http->patience, get_patience (exchange->connection), 0);
  if (exchange->plan.waits)
    return wait_in_line (exchange, STAGE_ANSWER);
  g_autoptr (MadoHttpAnswer) answer = http->service.answer (exchange->request, http->data);
  return send_and_know (exchange, answer);
}

/* What comes of the content is not read: it must not be taken for the next request. */
static enum MHD_Result
refuse_busy (Exchange *exchange)
{
  g_autoptr (MadoHttpAnswer) answer = mado_http_answer_busy ();

  mado_http_answer_add (answer, "Connection", "close");
  return send_answer (exchange->http, exchange->connection, answer);
}

/* It is known with how much he is trusted. */
static enum MHD_Result
go_on (Exchange *exchange)
{
  MadoHttp *http = exchange->http;
  const char *field = mado_http_header (exchange->request, "Content-Length");
  guint64 length = field != NULL ? g_ascii_strtoull (field, NULL, 10) : 0;

  if (exchange->trusted == 0)
    return send_status (http, exchange->connection, MHD_HTTP_UNAUTHORIZED);
  if (length > (gsize) exchange->trusted)
    return send_status (http, exchange->connection, MHD_HTTP_CONTENT_TOO_LARGE);
  mado_patience_give (http->patience, get_patience (exchange->connection), http->limits.read_seconds + (guint) (length / SLOWEST));
  return MHD_YES;
}

/* Called when the header is here, then for each piece of the content, then once with none; and again whenever it waited. */
static enum MHD_Result
on_request (void *data, struct MHD_Connection *connection, const char *url, const char *method, const char *version G_GNUC_UNUSED,
            const char *bytes, size_t *length, void **state)
{
  Exchange *exchange = *state;

  if (exchange == NULL) {
    exchange = *state = exchange_new (data, connection, url, method);
    return begin (exchange);
  }
  g_autoptr (MadoHttpAnswer) answer = exchange->stage != STAGE_READ ? take_answer (exchange) : NULL;
  if (exchange->stage == STAGE_ANSWER)
    return answer != NULL ? send_and_know (exchange, answer) : MHD_NO;
  if (exchange->stage == STAGE_TRUST) {
    exchange->stage = STAGE_READ;
    return answer == NULL && exchange->trusted >= 0 ? go_on (exchange) : refuse_busy (exchange);
  }
  if (*length == 0)
    return answer_request (exchange);
  if (!take_room (exchange, *length))
    return MHD_NO;
  g_byte_array_append (exchange->received, (const guint8 *) bytes, (guint) *length);
  *length = 0;
  return MHD_YES;
}

static void
on_completed (void *data, struct MHD_Connection *connection, void **state, enum MHD_RequestTerminationCode code G_GNUC_UNUSED)
{
  MadoHttp *http = data;
  Exchange *exchange = *state;

  *state = NULL;
  if (exchange != NULL) {
    g_mutex_lock (&http->mutex);
    g_hash_table_remove (http->suspended, exchange);
    exchange->is_suspended = FALSE;
    g_mutex_unlock (&http->mutex);
    g_atomic_int_add (&http->taken, -exchange->taken);
    exchange_unref (exchange);
  }
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
mado_http_serve (const int *listeners, const MadoHttpLimits *limits, const MadoHttpService *service, gpointer data, GError **error)
{
  g_autoptr (MadoHttp) http = g_new0 (MadoHttp, 1);

  http->limits = *limits;
  http->service = *service;
  http->data = data;
  g_mutex_init (&http->mutex);
  http->suspended = g_hash_table_new (NULL, NULL);
  http->line = mado_line_new (&limits->line, work);
  http->events = mado_events_new (limits->connections / 2); /* the others are for those who ask */
  http->patience = mado_patience_new (limits->connections / 2);
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

/* Those that a thread of the line works for still: nobody waits for it any more. */
static void
resume_all (MadoHttp *http)
{
  GHashTableIter iter;
  gpointer key;

  g_mutex_lock (&http->mutex);
  g_hash_table_iter_init (&iter, http->suspended);
  while (g_hash_table_iter_next (&iter, &key, NULL)) {
    Exchange *exchange = key;
    if (!exchange->is_suspended)
      continue;
    exchange->is_suspended = FALSE;
    MHD_resume_connection (exchange->connection);
  }
  g_mutex_unlock (&http->mutex);
}

void
mado_http_end (MadoHttp *http)
{
  mado_events_end (http->events); /* a connection that waits could not be closed */
  mado_line_end (http->line);
  resume_all (http);
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
  mado_line_free (http->line);
  g_hash_table_destroy (http->suspended);
  g_mutex_clear (&http->mutex);
  g_free (http);
}
