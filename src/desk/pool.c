/* pool.c: see pool.h. */
#include "madoguchi/desk/pool.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

#define FIRST_PAUSE_MS 20
#define LAST_PAUSE_MS 1000

typedef struct {
  char *verb;
  GVariant *body;
  int fd;
  gboolean is_lost; /* its file could not be kept open: no job for a role */
  MadoPoolDone done;
  gpointer data;
} Job;

typedef struct {
  MadoPool *pool;
  int socket; /* -1: down */
  Job *job;   /* that it carries */
  guint watch, timer;
} Connection;

struct _MadoPool {
  char *path;
  guint deadline_ms;
  GQueue jobs; /* of Job, waiting */
  Connection *connections;
  guint n_connections;
  guint n_open_jobs;
  guint kick;
  guint pause_ms;
  guint retry;
  gboolean was_away; /* said so in the log */
};

static void dispatch (MadoPool *pool);

static void
job_free (Job *job)
{
  g_free (job->verb);
  g_variant_unref (job->body);
  if (job->fd >= 0)
    close (job->fd);
  g_free (job);
}

static gboolean
on_kick (gpointer data)
{
  MadoPool *pool = data;

  pool->kick = 0;
  dispatch (pool);
  return G_SOURCE_REMOVE;
}

static void
kick (MadoPool *pool)
{
  if (pool->kick == 0)
    pool->kick = g_idle_add_full (G_PRIORITY_DEFAULT, on_kick, pool, NULL);
}

static gboolean
on_retry (gpointer data)
{
  MadoPool *pool = data;

  pool->retry = 0;
  dispatch (pool);
  return G_SOURCE_REMOVE;
}

/* The role is away: again after a pause. */
static void
wait_for_role (MadoPool *pool)
{
  if (pool->retry != 0)
    return;
  pool->retry = g_timeout_add (pool->pause_ms, on_retry, pool);
  pool->pause_ms = MIN (pool->pause_ms * 2, LAST_PAUSE_MS);
}

/* Frees the connection for its next job, which is sent first: the role works on while we digest its answer. */
static void
finish (Connection *connection, MadoPacket *answer, const GError *error)
{
  MadoPool *pool = connection->pool;
  Job *job = g_steal_pointer (&connection->job);

  g_clear_handle_id (&connection->timer, g_source_remove);
  if (job == NULL)
    return;
  pool->n_open_jobs--;
  if (connection->socket >= 0)
    dispatch (pool);
  job->done (job->data, answer, error);
  job_free (job);
}

static void
hang_up (Connection *connection, const char *why)
{
  g_autoptr (GError) error = NULL;

  g_clear_handle_id (&connection->watch, g_source_remove);
  if (connection->socket >= 0)
    close (connection->socket);
  connection->socket = -1;
  if (connection->job != NULL)
    mado_log (MADO_LOG_WARNING, NULL, "job-lost", "verb=%s why=\"%s\"", connection->job->verb, why);
  g_set_error (&error, MADO_ERROR, MADO_ERROR_UNAVAILABLE, "%s", why);
  finish (connection, NULL, error);
  kick (connection->pool);
}

static gboolean
on_deadline (gpointer data)
{
  Connection *connection = data;

  connection->timer = 0;
  hang_up (connection, "no answer in time");
  return G_SOURCE_REMOVE;
}

static gboolean
on_readable (gint fd, GIOCondition condition, gpointer data)
{
  Connection *connection = data;
  g_auto (MadoPacket) packet = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;

  (void) condition;
  if (!mado_wire_receive (fd, &packet, &error)) {
    connection->watch = 0;
    hang_up (connection, error->message);
    return G_SOURCE_REMOVE;
  }
  if (connection->job == NULL) { /* an answer to nothing: this connection cannot be trusted any more */
    connection->watch = 0;
    hang_up (connection, "an answer that nobody asked for");
    return G_SOURCE_REMOVE;
  }
  if (mado_wire_check (&packet, &error))
    finish (connection, &packet, NULL);
  else
    finish (connection, NULL, error);
  kick (connection->pool);
  return G_SOURCE_CONTINUE;
}

static gboolean
connect_one (Connection *connection)
{
  MadoPool *pool = connection->pool;
  g_autoptr (GError) error = NULL;
  int fd = mado_wire_connect (pool->path, 0, &error);

  if (fd < 0) {
    if (!pool->was_away)
      mado_log (MADO_LOG_INFO, NULL, "role-away", "why=\"%s\"", error->message);
    pool->was_away = TRUE;
    return FALSE;
  }
  g_unix_set_fd_nonblocking (fd, TRUE, NULL);
  connection->socket = fd;
  connection->watch = g_unix_fd_add (fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable, connection);
  pool->was_away = FALSE;
  return TRUE;
}

/* Ends a job that no role was asked for. */
static void
give_up (MadoPool *pool, Job *job, const GError *error)
{
  pool->n_open_jobs--;
  job->done (job->data, NULL, error);
  job_free (job);
  kick (pool);
}

/* FALSE: nothing came of it; the job waits on. */
static gboolean
send_job (Connection *connection, Job *job)
{
  MadoPool *pool = connection->pool;
  g_autoptr (GError) error = NULL;

  if (job->is_lost) { /* a role that got it without its file would blame the mail */
    g_set_error (&error, MADO_ERROR, MADO_ERROR_TEMP, "%s: too many open files", job->verb);
    give_up (pool, job, error);
    return TRUE;
  }
  if (connection->socket < 0 && !connect_one (connection))
    return FALSE;
  if (!mado_wire_send (connection->socket, job->verb, job->body, job->fd, &error)) {
    if (g_error_matches (error, MADO_ERROR, MADO_ERROR_LIMIT)) { /* this job will never fit */
      give_up (pool, job, error);
      return TRUE;
    }
    hang_up (connection, error->message);
    return FALSE;
  }
  connection->job = job;
  connection->timer = g_timeout_add (pool->deadline_ms, on_deadline, connection);
  pool->pause_ms = FIRST_PAUSE_MS;
  return TRUE;
}

static void
dispatch (MadoPool *pool)
{
  for (guint i = 0; i < pool->n_connections; i++) {
    Connection *connection = &pool->connections[i];
    Job *job = connection->job == NULL ? g_queue_pop_head (&pool->jobs) : NULL;
    if (job == NULL)
      continue;
    if (!send_job (connection, job)) {
      g_queue_push_head (&pool->jobs, job);
      wait_for_role (pool);
      return;
    }
  }
}

MadoPool *
mado_pool_new (const char *path, guint connections, guint deadline_ms)
{
  MadoPool *pool = g_new0 (MadoPool, 1);

  pool->path = g_strdup (path);
  pool->deadline_ms = deadline_ms;
  pool->n_connections = MAX (connections, 1);
  pool->connections = g_new0 (Connection, pool->n_connections);
  pool->pause_ms = FIRST_PAUSE_MS;
  g_queue_init (&pool->jobs);
  for (guint i = 0; i < pool->n_connections; i++) {
    pool->connections[i].pool = pool;
    pool->connections[i].socket = -1;
  }
  return pool;
}

void
mado_pool_free (MadoPool *pool)
{
  if (pool == NULL)
    return;
  g_clear_handle_id (&pool->kick, g_source_remove);
  g_clear_handle_id (&pool->retry, g_source_remove);
  for (guint i = 0; i < pool->n_connections; i++) {
    Connection *connection = &pool->connections[i];
    g_clear_handle_id (&connection->watch, g_source_remove);
    g_clear_handle_id (&connection->timer, g_source_remove);
    g_clear_pointer (&connection->job, job_free);
    if (connection->socket >= 0)
      close (connection->socket);
  }
  g_queue_clear_full (&pool->jobs, (GDestroyNotify) job_free);
  g_free (pool->connections);
  g_free (pool->path);
  g_free (pool);
}

void
mado_pool_submit (MadoPool *pool, const char *verb, GVariant *body, int fd, gboolean is_urgent, MadoPoolDone done,
                  gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->verb = g_strdup (verb);
  job->body = g_variant_ref_sink (body);
  job->fd = fd >= 0 ? fcntl (fd, F_DUPFD_CLOEXEC, 0) : -1;
  job->is_lost = fd >= 0 && job->fd < 0;
  job->done = done;
  job->data = data;
  pool->n_open_jobs++;
  if (is_urgent)
    g_queue_push_head (&pool->jobs, job);
  else
    g_queue_push_tail (&pool->jobs, job);
  kick (pool);
}

guint
mado_pool_load (const MadoPool *pool)
{
  return pool->n_open_jobs;
}

guint
mado_pool_connected (const MadoPool *pool)
{
  guint n = 0;

  for (guint i = 0; i < pool->n_connections; i++)
    n += pool->connections[i].socket >= 0;
  return n;
}
