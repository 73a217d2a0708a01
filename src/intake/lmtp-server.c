/* lmtp-server.c: see lmtp-server.h. Called by src/bin/madoguchi-lmtp.c; a single thread.
 *
 * A connection owns a socket, a session and its unsent replies. While replies wait for a client that does not
 * read, nothing more is read from it: memory stays bounded. Once a session is over its replies are sent, the
 * sending side is closed, and what still comes is thrown away for a moment, so that the last reply is not lost
 * with a reset connection.
 */
#include "madoguchi/intake/lmtp-server.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/intake/listen.h"
#include "madoguchi/intake/lmtp-parse.h"
#include "madoguchi/intake/lmtp-session.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK (64 * 1024)
#define LINGER_US (2 * G_USEC_PER_SEC)
#define TICK_MS 250
#define PAUSE_MS 1000 /* after accept (2) failed */

typedef struct {
  MadoLmtpServer *server;
  char *spec;
  int fd;
  guint source;
} Door;

typedef struct {
  MadoLmtpServer *server;
  int fd;
  guint source;
  GIOCondition waits_for;
  char *client;
  MadoLmtpSession *session;
  GString *out;
  gsize sent;          /* bytes of out that are sent */
  gboolean is_closing; /* over and all said: only waiting for the client to close */
  gint64 active;       /* monotonic: the client's last sign of life, or when closing began */
  gint64 since;        /* monotonic: connected, or last mail done */
  guint accepted;
} Connection;

/* A mail on its way. */
typedef struct {
  MadoSpoolWriter *writer;
  gint64 begun;
  guint64 size;
  guint recipients;
  char *sender;
  char *client;
} Mail;

struct _MadoLmtpServer {
  MadoSpool *spool;
  char *name;
  const char *const *team;
  guint64 size_limit, min_free;
  guint recipients, connections_max;
  gint64 timeout, session_timeout; /* microseconds */
  GPtrArray *doors;
  GPtrArray *connections;
  guint tick;
  guint resume;
  gboolean is_draining;
  GSourceFunc done;
  gpointer done_data;
  guint8 *chunk;
};

/* The backend of the sessions: the spool. */

static gboolean
is_ours (gpointer data, const char *recipient)
{
  const MadoLmtpServer *server = data;

  return mado_lmtp_is_ours (server->team, recipient);
}

static gboolean
has_room (gpointer data, guint64 size)
{
  const MadoLmtpServer *server = data;
  guint64 room = mado_spool_free_bytes (server->spool);

  return room >= server->min_free && room - server->min_free >= size;
}

static void
mail_free (Mail *mail)
{
  mado_spool_writer_free (mail->writer);
  g_free (mail->sender);
  g_free (mail->client);
  g_free (mail);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Mail, mail_free)

static gpointer
begin (gpointer data, const MadoEnvelope *envelope, GError **error)
{
  MadoLmtpServer *server = data;
  MadoSpoolWriter *writer
      = mado_spool_writer_new (server->spool, envelope, g_get_real_time (), server->size_limit, error);
  Mail *mail;

  if (writer == NULL)
    return NULL;
  mail = g_new0 (Mail, 1);
  mail->writer = writer;
  mail->begun = g_get_monotonic_time ();
  mail->recipients = g_strv_length (envelope->recipients);
  mail->sender = g_strdup (envelope->mail_from);
  mail->client = g_strdup (envelope->client);
  return mail;
}

static gboolean
append (gpointer data G_GNUC_UNUSED, gpointer mail_data, const void *bytes, gsize length, GError **error)
{
  Mail *mail = mail_data;

  mail->size += length;
  return mado_spool_writer_append (mail->writer, bytes, length, error);
}

static gboolean
commit (gpointer data G_GNUC_UNUSED, gpointer mail_data, char **id, GError **error)
{
  g_autoptr (Mail) mail = mail_data;
  gint64 ended = g_get_monotonic_time ();

  if (!mado_spool_writer_commit (mail->writer, error))
    return FALSE;
  *id = g_strdup (mado_spool_writer_id (mail->writer));
  g_autofree char *sender = mado_log_address (mail->sender);
  mado_log (MADO_LOG_INFO, *id, "accepted",
            "from=%s recipients=%u size=%" G_GUINT64_FORMAT " client=%s receive_ms=%.1f commit_ms=%.1f", sender,
            mail->recipients, mail->size, mail->client, (double) (ended - mail->begun) / 1000,
            (double) (g_get_monotonic_time () - ended) / 1000);
  return TRUE;
}

static void
abandon (gpointer data G_GNUC_UNUSED, gpointer mail)
{
  mail_free (mail);
}

static const MadoLmtpBackend spool_backend = { is_ours, has_room, begin, append, commit, abandon };

/* Connections. */

static gboolean on_ready (int fd, GIOCondition condition, gpointer data);

static void
connection_free (gpointer data)
{
  Connection *connection = data;

  if (connection->source != 0)
    g_source_remove (connection->source);
  close (connection->fd);
  g_clear_pointer (&connection->session, mado_lmtp_session_free);
  g_string_free (connection->out, TRUE);
  g_free (connection->client);
  g_free (connection);
}

static void
drop (Connection *connection)
{
  g_ptr_array_remove_fast (connection->server->connections, connection);
}

static gboolean
is_anything_arriving (const MadoLmtpServer *server)
{
  for (guint i = 0; i < server->connections->len; i++) {
    const Connection *connection = g_ptr_array_index (server->connections, i);
    if (mado_lmtp_session_is_in_data (connection->session) || connection->out->len > 0)
      return TRUE;
  }
  return FALSE;
}

static void
check_drained (MadoLmtpServer *server)
{
  GSourceFunc done = server->done;

  if (!server->is_draining || done == NULL || is_anything_arriving (server))
    return;
  server->done = NULL;
  g_idle_add (done, server->done_data);
}

static void
wait_for (Connection *connection, GIOCondition condition)
{
  if (connection->source != 0 && connection->waits_for == condition)
    return;
  if (connection->source != 0)
    g_source_remove (connection->source);
  connection->waits_for = condition;
  connection->source = g_unix_fd_add (connection->fd, condition, on_ready, connection);
}

/* Sends what it can. FALSE when the client is gone. */
static gboolean
send_replies (Connection *connection)
{
  while (connection->sent < connection->out->len) {
    gssize done = send (connection->fd, connection->out->str + connection->sent,
                        connection->out->len - connection->sent, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return errno == EAGAIN || errno == EWOULDBLOCK;
    connection->sent += (gsize) done;
  }
  g_string_truncate (connection->out, 0);
  connection->sent = 0;
  return TRUE;
}

/* After every event: send, then wait for the right thing. The connection may be gone afterwards. */
static void
carry_on (Connection *connection)
{
  MadoLmtpServer *server = connection->server;

  if (!send_replies (connection)) {
    drop (connection);
  } else if (connection->out->len > 0) {
    wait_for (connection, G_IO_OUT);
  } else {
    if (mado_lmtp_session_is_over (connection->session) && !connection->is_closing) {
      connection->is_closing = TRUE;
      connection->active = g_get_monotonic_time ();
      shutdown (connection->fd, SHUT_WR);
    }
    wait_for (connection, G_IO_IN);
  }
  check_drained (server);
}

static void
end_connection (Connection *connection, const char *reply)
{
  mado_lmtp_session_end (connection->session, reply, connection->out);
  carry_on (connection);
}

static gboolean
on_ready (int fd, GIOCondition condition G_GNUC_UNUSED, gpointer data)
{
  Connection *connection = data;
  MadoLmtpServer *server = connection->server;
  gssize got = 1;

  if (connection->waits_for == G_IO_IN) {
    got = recv (fd, server->chunk, CHUNK, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return G_SOURCE_CONTINUE;
  }
  if (got <= 0) {
    /* A half-closed client hears no answers either: LMTP clients say QUIT. */
    drop (connection);
    check_drained (server);
    return G_SOURCE_CONTINUE;
  }
  if (!connection->is_closing) {
    connection->active = g_get_monotonic_time ();
    if (connection->waits_for == G_IO_IN)
      mado_lmtp_session_feed (connection->session, server->chunk, (gsize) got, connection->out);
    if (mado_lmtp_session_accepted (connection->session) != connection->accepted) {
      connection->accepted = mado_lmtp_session_accepted (connection->session);
      connection->since = connection->active;
    }
  }
  carry_on (connection);
  return G_SOURCE_CONTINUE; /* wait_for () and drop () remove a source themselves */
}

static gboolean
on_tick (gpointer data)
{
  MadoLmtpServer *server = data;
  gint64 now = g_get_monotonic_time ();

  for (guint i = server->connections->len; i > 0; i--) {
    Connection *connection = g_ptr_array_index (server->connections, i - 1);
    gboolean is_over = mado_lmtp_session_is_over (connection->session);
    if (is_over && now - connection->active > LINGER_US)
      drop (connection);
    else if (!is_over && (now - connection->active > server->timeout || now - connection->since > server->session_timeout)) {
      mado_log (MADO_LOG_INFO, NULL, "timeout", "client=%s", connection->client);
      connection->active = now;
      end_connection (connection, "421 4.4.2 too slow, goodbye");
    }
  }
  check_drained (server);
  if (server->connections->len > 0)
    return G_SOURCE_CONTINUE;
  server->tick = 0;
  return G_SOURCE_REMOVE;
}

static void
add_connection (MadoLmtpServer *server, int fd, char *client)
{
  Connection *connection = g_new0 (Connection, 1);
  const MadoLmtpSettings settings = { server->name, client, server->size_limit, server->recipients };

  connection->server = server;
  connection->fd = fd;
  connection->client = client;
  connection->out = g_string_new (NULL);
  connection->active = connection->since = g_get_monotonic_time ();
  connection->session = mado_lmtp_session_new (&spool_backend, server, &settings, connection->out);
  g_ptr_array_add (server->connections, connection);
  if (server->tick == 0)
    server->tick = g_timeout_add (TICK_MS, on_tick, server);
  carry_on (connection);
}

/* Doors. */

/* (transfer full) who is at the other end. */
static char *
name_client (const struct sockaddr_storage *address, socklen_t length)
{
  g_autoptr (GSocketAddress) peer = g_socket_address_new_from_native ((gpointer) address, length);

  if (peer == NULL || !G_IS_INET_SOCKET_ADDRESS (peer))
    return g_strdup ("unix");
  return g_inet_address_to_string (g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (peer)));
}

static gboolean on_connection (int fd, GIOCondition condition, gpointer data);

static void
open_doors (MadoLmtpServer *server)
{
  for (guint i = 0; i < server->doors->len; i++) {
    Door *door = g_ptr_array_index (server->doors, i);
    if (door->source == 0)
      door->source = g_unix_fd_add (door->fd, G_IO_IN, on_connection, door);
  }
}

static gboolean
on_resume (gpointer data)
{
  MadoLmtpServer *server = data;

  server->resume = 0;
  open_doors (server);
  return G_SOURCE_REMOVE;
}

static gboolean
on_connection (int fd, GIOCondition condition G_GNUC_UNUSED, gpointer data)
{
  static const char busy[] = "421 4.3.2 too many connections, try again later\r\n";
  static const char draining[] = "421 4.3.2 going down, try again later\r\n";
  static const int on = 1;
  Door *door = data;
  MadoLmtpServer *server = door->server;
  struct sockaddr_storage address = { 0 };
  socklen_t length = sizeof address;
  int client = accept4 (fd, (struct sockaddr *) &address, &length, SOCK_CLOEXEC | SOCK_NONBLOCK);

  if (client < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
    /* Trying again at once would only burn the processor. */
    mado_log (MADO_LOG_WARNING, NULL, "accept-failed", "error=%s", g_strerror (errno));
    door->source = 0;
    if (server->resume == 0)
      server->resume = g_timeout_add (PAUSE_MS, on_resume, server);
    return G_SOURCE_REMOVE;
  }
  if (client < 0)
    return G_SOURCE_CONTINUE;
  if (server->is_draining || server->connections->len >= server->connections_max) {
    const char *reply = server->is_draining ? draining : busy;
    if (send (client, reply, strlen (reply), MSG_NOSIGNAL) < 0)
      mado_log (MADO_LOG_DEBUG, NULL, "refused", "error=%s", g_strerror (errno));
    mado_log (MADO_LOG_INFO, NULL, "refused", "connections=%u", server->connections->len);
    close (client);
    return G_SOURCE_CONTINUE;
  }
  if (address.ss_family != AF_UNIX)
    setsockopt (client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  add_connection (server, client, name_client (&address, length));
  return G_SOURCE_CONTINUE;
}

static void
door_free (gpointer data)
{
  Door *door = data;
  g_autofree char *path = mado_listen_unix_path (door->spec);

  if (door->source != 0)
    g_source_remove (door->source);
  close (door->fd);
  if (path != NULL)
    unlink (path);
  g_free (door->spec);
  g_free (door);
}

/* A connection needs a socket and a file in the spool. */
static void
raise_file_limit (guint connections)
{
  struct rlimit limit;
  rlim_t wanted = 2 * (rlim_t) connections + 64;

  if (getrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
    return;
  limit.rlim_cur = MIN (wanted, limit.rlim_max);
  if (setrlimit (RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
    mado_log (MADO_LOG_WARNING, NULL, "few-files", "limit=%lu wanted=%lu", (gulong) limit.rlim_cur, (gulong) wanted);
}

static gboolean
add_door (MadoLmtpServer *server, const char *spec, GError **error)
{
  int fd = mado_listen_open (spec, error);
  Door *door;

  if (fd < 0)
    return FALSE;
  door = g_new0 (Door, 1);
  door->server = server;
  door->spec = g_strdup (spec);
  door->fd = fd;
  g_ptr_array_add (server->doors, door);
  return TRUE;
}

MadoLmtpServer *
mado_lmtp_server_new (MadoSpool *spool, const MadoConf *conf, GError **error)
{
  g_autoptr (MadoLmtpServer) server = g_new0 (MadoLmtpServer, 1);
  const char *const *specs = mado_conf_list (conf, "intake", "lmtp-listen");

  server->spool = spool;
  server->name = g_strdup (g_get_host_name ());
  server->team = mado_conf_list (conf, "team", "address");
  server->size_limit = (guint64) mado_conf_int (conf, "intake", "size-limit");
  server->min_free = (guint64) mado_conf_int (conf, "intake", "min-free");
  server->recipients = (guint) mado_conf_int (conf, "intake", "recipients");
  server->connections_max = (guint) mado_conf_int (conf, "intake", "connections");
  server->timeout = mado_conf_int (conf, "intake", "timeout") * G_USEC_PER_SEC;
  server->session_timeout = mado_conf_int (conf, "intake", "session-timeout") * G_USEC_PER_SEC;
  server->doors = g_ptr_array_new_with_free_func (door_free);
  server->connections = g_ptr_array_new_with_free_func (connection_free);
  server->chunk = g_malloc (CHUNK);
  if (server->team[0] == NULL || specs[0] == NULL) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: [%s] must be set", mado_conf_path (conf),
                 server->team[0] == NULL ? "team] address" : "intake] lmtp-listen");
    return NULL;
  }
  raise_file_limit (server->connections_max);
  for (gsize i = 0; specs[i] != NULL; i++)
    if (!add_door (server, specs[i], error))
      return NULL;
  return g_steal_pointer (&server);
}

void
mado_lmtp_server_serve (MadoLmtpServer *server)
{
  open_doors (server);
}

void
mado_lmtp_server_drain (MadoLmtpServer *server, GSourceFunc done, gpointer data)
{
  server->is_draining = TRUE;
  server->done = done;
  server->done_data = data;
  for (guint i = 0; i < server->connections->len; i++)
    mado_lmtp_session_drain (((Connection *) g_ptr_array_index (server->connections, i))->session);
  check_drained (server);
}

void
mado_lmtp_server_free (MadoLmtpServer *server)
{
  if (server == NULL)
    return;
  g_clear_handle_id (&server->tick, g_source_remove);
  g_clear_handle_id (&server->resume, g_source_remove);
  server->done = NULL;
  for (guint i = server->connections->len; i > 0; i--)
    end_connection (g_ptr_array_index (server->connections, i - 1), "421 4.3.2 going down, try again later");
  g_ptr_array_unref (server->connections);
  g_ptr_array_unref (server->doors);
  g_free (server->name);
  g_free (server->chunk);
  g_free (server);
}
