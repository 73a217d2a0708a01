/* control.c: see control.h. */
#include "madoguchi/desk/control.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/desk/admission.h"
#include "madoguchi/desk/audit-call.h"
#include "madoguchi/desk/session.h"
#include "madoguchi/desk/verbs.h"
#include "madoguchi/ipc/peer.h"

#include <errno.h>
#include <glib-unix.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_CLIENTS 200
#define MAX_OF_ONE 100 /* of one user: nobody can keep the others out */

struct _MadoControl {
  MadoDesk *desk;
  MadoFlow *flow;
  MadoOutbox *outbox;
  int listener;
  guint watch;
  char *path;
  GHashTable *clients; /* set of Client */
};

typedef struct {
  MadoControl *control; /* NULL: the control socket is gone */
  int socket;           /* -1: the client is gone */
  guint watch;
  uid_t uid;
  char *member;       /* what the host calls it, or "uid" and a number */
  gboolean has_login; /* the former */
  gboolean is_busy; /* one question at a time */
  guint references; /* the table's, and a call's */
} Client;

static gboolean on_request (gint fd, GIOCondition condition, gpointer data);

static void
client_unref (Client *client)
{
  if (--client->references > 0)
    return;
  g_free (client->member);
  g_free (client);
}

static void
let_go (Client *client)
{
  g_clear_handle_id (&client->watch, g_source_remove);
  if (client->socket >= 0)
    close (client->socket);
  client->socket = -1;
  if (client->control != NULL)
    g_hash_table_remove (client->control->clients, client); /* drops the table's reference */
}

/* The table's destroy function. */
static void
drop_client (Client *client)
{
  client->control = NULL;
  let_go (client);
  client_unref (client);
}

static void
listen_again (Client *client)
{
  client->is_busy = FALSE;
  if (client->socket >= 0 && client->watch == 0)
    client->watch = g_unix_fd_add (client->socket, G_IO_IN | G_IO_HUP | G_IO_ERR, on_request, client);
}

static void
finish (MadoCall *call, gboolean is_sent)
{
  Client *client = call->client;

  if (!is_sent)
    let_go (client); /* gone, or too slow to read its answers */
  else
    listen_again (client);
  client_unref (client);
  mado_packet_clear (&call->request);
  g_free (call->member);
  g_free (call->token);
  g_clear_pointer (&call->asker, mado_member_record_free);
  if (call->free_data != NULL)
    call->free_data (call->data);
  g_variant_dict_unref (call->more);
  g_free (call);
}

/* --- answers, and the lines that go before them ------------------------------------------------------------- */

/* @fd is closed. */
static void
send_answer (MadoCall *call, GVariant *body, int fd)
{
  Client *client = call->client;
  g_autoptr (GError) problem = NULL;
  gboolean is_sent = client->socket >= 0 && mado_wire_send (client->socket, "ok", body, fd, &problem);

  if (fd >= 0)
    close (fd);
  if (g_error_matches (problem, MADO_ERROR, MADO_ERROR_LIMIT))
    is_sent = mado_wire_send_error (client->socket, problem, NULL);
  finish (call, is_sent);
}

void
mado_call_fail (MadoCall *call, const GError *error)
{
  Client *client = call->client;
  gboolean is_refused = g_error_matches (error, MADO_ERROR, MADO_ERROR_DENIED);

  if ((is_refused || call->kind != MADO_AUDIT_NOTHING) && mado_audit_has_room (call->desk->audit, NULL))
    mado_audit_gather (call->desk->audit, mado_audit_call_describe (call, is_refused ? MADO_AUDIT_REFUSED : MADO_AUDIT_FAILED));
  finish (call, client->socket >= 0 && mado_wire_send_error (client->socket, error, NULL));
}

/* An answer that waits for its line. */
typedef struct {
  MadoCall *call;
  GVariant *body; /* nullable */
  int fd;
} Held;

static gboolean
apply_held (gpointer data, GError **error)
{
  const Held *held = data;

  return mado_audit_call_write (held->call, MADO_AUDIT_DONE, error);
}

static void
on_held_written (gpointer data, const GError *error)
{
  Held *held = data;

  if (error == NULL) {
    send_answer (held->call, held->body, held->fd);
  } else {
    if (held->fd >= 0)
      close (held->fd);
    mado_call_fail (held->call, error);
  }
  g_clear_pointer (&held->body, g_variant_unref);
  g_free (held);
}

void
mado_call_answer (MadoCall *call, GVariant *body, int fd)
{
  g_autoptr (GVariant) owned = body != NULL ? g_variant_ref_sink (body) : NULL;
  gboolean goes_first = call->kind == MADO_AUDIT_EXPORT || call->kind == MADO_AUDIT_CHANGE;

  if (goes_first && !call->is_written) {
    Held *held = g_new0 (Held, 1);
    held->call = call;
    held->body = g_steal_pointer (&owned);
    held->fd = fd;
    mado_audit_push (call->desk->audit);
    mado_batch_add (call->desk->batch, apply_held, on_held_written, held);
    return;
  }
  if (!goes_first && call->kind != MADO_AUDIT_NOTHING)
    mado_audit_gather (call->desk->audit, mado_audit_call_describe (call, MADO_AUDIT_DONE));
  send_answer (call, owned, fd);
}

typedef struct {
  MadoCall *call;
  MadoBatchApply apply;
  MadoBatchDone done;
  gpointer data;
} Change;

static gboolean
apply_change (gpointer data, GError **error)
{
  const Change *change = data;

  if (!change->apply (change->data, error) || !mado_audit_call_write (change->call, MADO_AUDIT_DONE, error))
    return FALSE;
  change->call->is_written = TRUE;
  return TRUE;
}

static void
on_change_done (gpointer data, const GError *error)
{
  g_autofree Change *change = data;

  if (error != NULL)
    change->call->is_written = FALSE; /* rolled back with the change */
  change->done (change->data, error);
}

void
mado_call_change (MadoCall *call, MadoBatchApply apply, MadoBatchDone done, gpointer data)
{
  Change *change = g_new0 (Change, 1);

  *change = (Change){ call, apply, done, data };
  mado_audit_push (call->desk->audit);
  mado_batch_add (call->desk->batch, apply_change, on_change_done, change);
}

/* --- questions ----------------------------------------------------------------------------------------------- */

static gboolean
apply_begun (gpointer data, GError **error)
{
  return mado_audit_call_write (data, MADO_AUDIT_BEGUN, error);
}

static void
on_begun (gpointer data, const GError *error)
{
  MadoCall *call = data;

  if (error != NULL)
    mado_call_fail (call, error);
  else
    mado_verbs_find (call->request.verb) (call);
}

static void
run_verb (MadoCall *call, MadoVerb verb)
{
  g_autoptr (GError) error = NULL;

  if (call->kind != MADO_AUDIT_NOTHING && !mado_audit_has_room (call->desk->audit, &error))
    mado_call_fail (call, error);
  else if (call->kind == MADO_AUDIT_AHEAD)
    mado_batch_add (call->desk->batch, apply_begun, on_begun, call);
  else
    verb (call);
}

/* Who asks? The page asks for others, by their sessions; everybody else is who the host says. */
static void
admit (const Client *client, MadoCall *call, GError **error)
{
  const char *verb = call->request.verb;

  if (mado_session_is_entrance (verb))
    return;
  if (mado_verbs_string (call, "session") != NULL || mado_verbs_string (call, "token") != NULL || mado_peer_is_web (client->uid))
    mado_session_admit (call, error);
  else
    mado_admission_check (call->desk, client->has_login ? client->member : NULL, client->uid, verb, &call->asker, error);
}

static void
begin_call (Client *client, MadoPacket *request)
{
  MadoControl *control = client->control;
  MadoCall *call = g_new0 (MadoCall, 1);
  MadoVerb verb = mado_verbs_find (request->verb);
  const char *arguments;
  g_autoptr (GError) error = NULL;

  call->desk = control->desk;
  call->flow = control->flow;
  call->outbox = control->outbox;
  call->member = g_strdup (client->member);
  call->more = g_variant_dict_new (NULL);
  call->request = *request;
  *request = (MadoPacket) MADO_PACKET_INIT;
  call->uid = client->uid;
  call->kind = mado_audit_table_find (call->request.verb, &arguments);
  call->client = client;
  client->references++;
  client->is_busy = TRUE;
  if (verb == NULL || !mado_peer_may_ask (MADO_PEER_KEEPER, call->request.verb, client->uid))
    g_set_error (&error, MADO_ERROR, MADO_ERROR_DENIED, "%s: not for you to ask", call->request.verb);
  else
    admit (client, call, &error);
  if (error != NULL) {
    if (g_error_matches (error, MADO_ERROR, MADO_ERROR_DENIED))
      mado_log (MADO_LOG_WARNING, NULL, "refused", "verb=%s member=%s", verb != NULL ? call->request.verb : "-", call->member);
    mado_call_fail (call, error);
  } else {
    run_verb (call, verb);
  }
}

static gboolean
on_request (gint fd, GIOCondition condition, gpointer data)
{
  Client *client = data;
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;

  (void) condition;
  client->watch = 0; /* set again when the answer is out */
  if (mado_wire_receive (fd, &packet, &error))
    begin_call (client, &packet);
  else
    let_go (client);
  return G_SOURCE_REMOVE;
}

static char *
find_member (uid_t uid, gboolean *has_login)
{
  const struct passwd *user = getpwuid (uid);

  *has_login = user != NULL;
  return user != NULL ? g_strdup (user->pw_name) : g_strdup_printf ("uid%u", (guint) uid);
}

/* May one more of @uid come in? */
static gboolean
has_room (const MadoControl *control, uid_t uid)
{
  GHashTableIter iter;
  gpointer key;
  guint n = 0;

  g_hash_table_iter_init (&iter, control->clients);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    n += ((const Client *) key)->uid == uid;
  return n < MAX_OF_ONE && g_hash_table_size (control->clients) < MAX_CLIENTS;
}

static gboolean
on_connection (gint fd, GIOCondition condition, gpointer data)
{
  MadoControl *control = data;
  int socket = accept4 (fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  uid_t uid;
  pid_t pid;

  (void) condition;
  if (socket < 0)
    return G_SOURCE_CONTINUE;
  if (!mado_wire_peer (socket, &uid, &pid, NULL) || !has_room (control, uid)) {
    close (socket);
    return G_SOURCE_CONTINUE;
  }
  Client *client = g_new0 (Client, 1);
  client->control = control;
  client->socket = socket;
  client->uid = uid;
  client->member = find_member (uid, &client->has_login);
  client->references = 1;
  g_hash_table_add (control->clients, client);
  listen_again (client);
  return G_SOURCE_CONTINUE;
}

MadoControl *
mado_control_new (MadoDesk *desk, MadoFlow *flow, MadoOutbox *outbox, GError **error)
{
  g_autoptr (MadoControl) control = g_new0 (MadoControl, 1);

  control->desk = desk;
  control->flow = flow;
  control->outbox = outbox;
  control->clients = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) drop_client, NULL);
  control->path = mado_wire_path (desk->settings.runtime, MADO_PEER_KEEPER);
  control->listener = mado_wire_listen (control->path, mado_peer_socket_mode (MADO_PEER_KEEPER), error);
  if (control->listener < 0)
    return NULL;
  g_unix_set_fd_nonblocking (control->listener, TRUE, NULL);
  control->watch = g_unix_fd_add (control->listener, G_IO_IN, on_connection, control);
  return g_steal_pointer (&control);
}

void
mado_control_free (MadoControl *control)
{
  if (control == NULL)
    return;
  g_clear_handle_id (&control->watch, g_source_remove);
  if (control->listener >= 0) {
    unlink (control->path);
    close (control->listener);
  }
  g_hash_table_destroy (control->clients);
  g_free (control->path);
  g_free (control);
}
