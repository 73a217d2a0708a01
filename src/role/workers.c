/* workers.c: a master that listens, and workers that each serve one connection at a time. See role.h.
 *
 * The master never reads a request. A worker that dies, by its own fault or another's, is replaced; the
 * connection it served breaks, which is how its client learns of it. When the master dies, its workers are
 * killed with it (PR_SET_PDEATHSIG): nothing is left that could answer for a role that is gone.
 */
#include "madoguchi/role/workers.h"
#include "madoguchi/role/sandbox.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"
#include "madoguchi/ipc/peer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define DRAIN_SECONDS 30
#define MAX_WORKERS 64
#define WORKER_NICE 5

typedef struct {
  pid_t pid;
  gint64 started; /* monotonic, microseconds */
} Worker;

typedef struct {
  MadoRoleContext *context;
  int listener;
  int ready_pipe[2]; /* a worker writes one byte when it can serve */
  guint n_workers;
  guint n_ready;
  gint64 ticked; /* in a worker: when tick () was called last; monotonic, microseconds */
  Worker workers[MAX_WORKERS];
  sigset_t signals;
} Master;

/* --- in a worker ------------------------------------------------------------------------------------- */

/* Milliseconds until the role wants to be called; -1: never. */
static int
until_tick (const Master *master)
{
  const MadoRole *role = master->context->role;
  gint64 passed = (g_get_monotonic_time () - master->ticked) / 1000;

  if (role->tick == NULL)
    return -1;
  return (int) CLAMP ((gint64) role->tick_ms - passed, 0, G_MAXINT);
}

/* Waits until @fd can be read. FALSE: SIGTERM came first. */
static gboolean
wait_readable (Master *master, int fd, int signals)
{
  struct pollfd polled[2] = { { fd, POLLIN, 0 }, { signals, POLLIN, 0 } };

  for (;;) {
    int ready = poll (polled, 2, until_tick (master));
    if (master->context->role->tick != NULL && until_tick (master) == 0) {
      master->context->role->tick (master->context);
      master->ticked = g_get_monotonic_time ();
    }
    if (ready > 0)
      return polled[1].revents == 0;
    if (ready < 0 && errno != EINTR)
      return FALSE;
  }
}

static gboolean
answer_one (MadoRoleContext *context, int connection, uid_t uid, GError **error)
{
  g_auto (MadoPacket) request = MADO_PACKET_INIT;
  g_autoptr (GError) problem = NULL;
  GVariant *body = NULL;
  int fd = -1;
  gboolean sent;

  if (!mado_wire_receive (connection, &request, error))
    return FALSE;
  if (!mado_peer_may_ask (context->role->socket, request.verb, uid)) {
    g_set_error (&problem, MADO_ERROR, MADO_ERROR_DENIED, "%s: not for user %u", request.verb, (guint) uid);
    return mado_wire_send_error (connection, problem, error);
  }
  if (!context->role->answer (context, &request, &body, &fd, &problem))
    return mado_wire_send_error (connection, problem, error);
  sent = mado_wire_send (connection, "ok", body, fd, error);
  if (fd >= 0)
    close (fd);
  return sent;
}

static void
serve_connection (Master *master, int connection, int signals)
{
  g_autoptr (GError) error = NULL;
  uid_t uid;
  pid_t pid;

  if (!mado_wire_peer (connection, &uid, &pid, &error))
    return;
  while (wait_readable (master, connection, signals) && answer_one (master->context, connection, uid, &error))
    continue;
  if (error != NULL && !g_error_matches (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE))
    mado_log (MADO_LOG_WARNING, NULL, "connection-broken", "why=\"%s\"", error->message);
}

static int
serve (Master *master, int signals)
{
  master->ticked = g_get_monotonic_time ();
  while (wait_readable (master, master->listener, signals)) {
    int connection = accept4 (master->listener, NULL, NULL, SOCK_CLOEXEC);
    if (connection < 0)
      continue; /* a sister was faster, or the client is gone again */
    serve_connection (master, connection, signals);
    close (connection);
  }
  return 0;
}

static int
run_worker (Master *master, guint number, pid_t parent)
{
  MadoRoleContext *context = master->context;
  const MadoRole *role = context->role;
  MadoSandbox sandbox = { role->may_network };
  g_autoptr (GError) error = NULL;
  sigset_t ends = master->signals;
  int signals;
  int status;

  /* A worker's own children end all the time: only the signals that end the worker are looked at. */
  sigdelset (&ends, SIGCHLD);
  sigprocmask (SIG_SETMASK, &ends, NULL);
  signals = signalfd (-1, &ends, SFD_CLOEXEC);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  if (getppid () != parent)
    return 0;
  close (master->ready_pipe[0]);
  context->worker = number;
  /* Many workers mean heavy work: taking mail and keeping the books must not wait for it. */
  if (role->workers_key != NULL && setpriority (PRIO_PROCESS, 0, WORKER_NICE) < 0)
    mado_log (MADO_LOG_WARNING, NULL, "not-nice", "why=\"%s\"", g_strerror (errno));
  if ((role->start == NULL || role->start (context, &error)) && mado_sandbox_enter (&sandbox, &error)) {
    if (write (master->ready_pipe[1], "", 1) != 1)
      mado_log (MADO_LOG_WARNING, NULL, "notify-failed", "worker=%u", number);
    close (master->ready_pipe[1]);
    status = serve (master, signals);
  } else {
    fprintf (stderr, "%s: %s\n", role->name, error->message);
    status = mado_error_exit_status (error);
  }
  if (role->stop != NULL)
    role->stop (context);
  return status;
}

/* --- in the master ----------------------------------------------------------------------------------- */

static gboolean
start_worker (Master *master, guint number, GError **error)
{
  pid_t parent = getpid ();
  pid_t pid = fork ();

  if (pid < 0)
    return mado_error_set_errno (error, "fork");
  if (pid == 0) {
    int status = run_worker (master, number, parent);
    fflush (NULL);
    _exit (status);
  }
  master->workers[number].pid = pid;
  master->workers[number].started = g_get_monotonic_time ();
  return TRUE;
}

static void
count_ready (Master *master)
{
  char bytes[MAX_WORKERS];
  gssize got;

  if (master->n_ready >= master->n_workers)
    return;
  got = read (master->ready_pipe[0], bytes, sizeof bytes);
  if (got <= 0)
    return;
  master->n_ready += (guint) got;
  if (master->n_ready >= master->n_workers) {
    mado_log (MADO_LOG_INFO, NULL, "serving", "pid=%d workers=%u version=%s", (int) getpid (), master->n_workers,
              PACKAGE_VERSION);
    mado_role_notify ("READY=1");
  }
}

/* Reaps the dead. @status: set when a worker could not even start the first time: the role cannot serve. */
static gboolean
reap (Master *master, int *status)
{
  int how;
  pid_t pid;

  while ((pid = waitpid (-1, &how, WNOHANG)) > 0)
    for (guint i = 0; i < master->n_workers; i++) {
      if (master->workers[i].pid != pid)
        continue;
      master->workers[i].pid = 0;
      if (master->n_ready < master->n_workers && WIFEXITED (how) && WEXITSTATUS (how) != 0) {
        *status = WEXITSTATUS (how);
        return FALSE;
      }
      mado_log (MADO_LOG_WARNING, NULL, "worker-died", "worker=%u pid=%d signal=%d status=%d", i, (int) pid,
                WIFSIGNALED (how) ? WTERMSIG (how) : 0, WIFEXITED (how) ? WEXITSTATUS (how) : 0);
    }
  return TRUE;
}

/* Replaces the dead, but none more than once a second. */
static void
replace_dead (Master *master)
{
  for (guint i = 0; i < master->n_workers; i++) {
    g_autoptr (GError) error = NULL;
    if (master->workers[i].pid != 0 || g_get_monotonic_time () - master->workers[i].started < G_USEC_PER_SEC)
      continue;
    if (!start_worker (master, i, &error))
      mado_log (MADO_LOG_ERROR, NULL, "no-worker", "why=\"%s\"", error->message);
  }
}

static gboolean
has_workers (const Master *master)
{
  for (guint i = 0; i < master->n_workers; i++)
    if (master->workers[i].pid != 0)
      return TRUE;
  return FALSE;
}

static void
signal_workers (const Master *master, int number)
{
  for (guint i = 0; i < master->n_workers; i++)
    if (master->workers[i].pid != 0)
      kill (master->workers[i].pid, number);
}

static void
drain (Master *master)
{
  gint64 deadline = g_get_monotonic_time () + DRAIN_SECONDS * G_USEC_PER_SEC;
  const struct timespec tick = { 0, 50 * 1000 * 1000 };
  int status;

  mado_role_notify ("STOPPING=1");
  signal_workers (master, SIGTERM);
  while (has_workers (master)) {
    if (g_get_monotonic_time () > deadline)
      signal_workers (master, SIGKILL);
    sigtimedwait (&master->signals, NULL, &tick);
    master->n_ready = master->n_workers;
    reap (master, &status);
  }
}

static int
supervise (Master *master)
{
  const struct timespec tick = { 0, 200 * 1000 * 1000 };
  int status = 0;

  for (;;) {
    int number = sigtimedwait (&master->signals, NULL, &tick);
    if (number == SIGTERM || number == SIGINT || !reap (master, &status))
      break;
    count_ready (master);
    replace_dead (master);
  }
  drain (master);
  return status;
}

static guint
get_worker_count (const MadoRoleContext *context)
{
  const char *key = context->role->workers_key;
  gint64 n = key != NULL ? mado_conf_int (context->conf, "crypto", key) : 1;

  if (context->role->count_workers != NULL)
    n = context->role->count_workers (context->conf);
  return (guint) CLAMP (n, 1, MAX_WORKERS);
}

int
mado_workers_run (MadoRoleContext *context)
{
  Master master = { .context = context, .n_workers = get_worker_count (context) };
  const char *runtime = mado_conf_string (context->conf, "runtime", "directory");
  g_autofree char *path = mado_wire_path (runtime, context->role->socket);
  g_autoptr (GError) error = NULL;
  int status;

  sigemptyset (&master.signals);
  sigaddset (&master.signals, SIGTERM);
  sigaddset (&master.signals, SIGINT);
  sigaddset (&master.signals, SIGCHLD);
  sigprocmask (SIG_BLOCK, &master.signals, NULL);
  master.listener = mado_wire_listen (path, mado_peer_socket_mode (context->role->socket), &error);
  if (master.listener < 0 || pipe2 (master.ready_pipe, O_CLOEXEC | O_NONBLOCK) != 0) {
    fprintf (stderr, "%s: %s\n", context->role->name, error != NULL ? error->message : g_strerror (errno));
    return error != NULL ? mado_error_exit_status (error) : 75;
  }
  /* Shared by the workers: accept must not block in the slower one. */
  fcntl (master.listener, F_SETFL, O_NONBLOCK);
  for (guint i = 0; i < master.n_workers; i++)
    if (!start_worker (&master, i, &error))
      mado_log (MADO_LOG_ERROR, NULL, "no-worker", "why=\"%s\"", error->message), g_clear_error (&error);
  status = supervise (&master);
  close (master.listener);
  unlink (path);
  return status;
}
