/* supervisor.c: see supervisor.h.
 *
 * A role is a child with PR_SET_PDEATHSIG: when we are killed, so is everything we started, and nothing goes on
 * that nobody watches. It says READY=1 on our socket as it would to systemd; the kernel vouches for its process
 * id. Between fork and exec only calls that are safe in a threaded process are made (GLib has a thread of its own).
 */
#include "madoguchi/role/supervisor.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define N_ROLES 8
#define DRAIN_SECONDS 30
#define START_SECONDS 60
#define BACKOFF_FIRST 100
#define BACKOFF_MAX 5000
#define SHORT_LIFE_MS 2000

/* First the doors, then the owner of the store, then those who work for it. The last two are only there when they are
 * configured. */
const char *const mado_supervisor_programs[] = { "madoguchi-lmtp",   "madoguchi-keeper", "madoguchi-sender", "madoguchi-signer",
                                                 "madoguchi-opener", "madoguchi-keyring", "madoguchi-milter",
                                                 "madoguchi-web", NULL };
/* Roles of one step are stopped together. */
static const guint steps[N_ROLES] = { 0, 1, 2, 2, 2, 2, 0, 0 };
#define LAST_STEP 2

typedef struct _Supervisor Supervisor;

typedef struct {
  Supervisor *supervisor;
  const char *name;
  char *program;
  guint step;
  GPid pid;          /* 0: not running */
  gint64 started;    /* monotonic, microseconds */
  guint backoff;     /* milliseconds, of the last restart */
  guint timer;       /* source of a restart that waits */
  gboolean was_ready;
} Role;

struct _Supervisor {
  const MadoSupervision *what;
  GMainLoop *loop;
  Role roles[N_ROLES];
  guint n_roles; /* of them, that are started */
  char *notify_path;
  int notify_fd;
  char **environment;
  int lock_fd;
  char *pid_path;
  gboolean all_ready;
  gboolean is_stopping;
  guint step;
  GError *problem; /* why we end, if not by a signal */
};

guint
mado_supervisor_backoff (guint last, gint64 lived_ms)
{
  if (lived_ms >= SHORT_LIFE_MS || last == 0)
    return BACKOFF_FIRST;
  return MIN (last * 2, BACKOFF_MAX);
}

char *
mado_supervisor_find_program (const char *name, GError **error)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = directory != NULL ? g_build_filename (directory, name, NULL) : NULL;
  g_autofree char *installed = g_build_filename (MADO_LIBEXECDIR, name, NULL);

  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&beside);
  if (g_file_test (installed, G_FILE_TEST_IS_EXECUTABLE))
    return g_steal_pointer (&installed);
  g_set_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE, "%s: neither %s nor %s is there", name,
               beside != NULL ? beside : "beside us", installed);
  return NULL;
}

/* --- starting ---------------------------------------------------------------------------------------- */

static void on_exit_of_role (GPid pid, int how, gpointer data);

G_GNUC_NORETURN static void
become_role (const char *program, char **argv, char **environment, pid_t parent)
{
  struct sigaction fallback = { .sa_handler = SIG_DFL };

  /* A Ctrl-C at our terminal is for us: the roles are stopped in order. */
  setpgid (0, 0);
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  sigaction (SIGPIPE, &fallback, NULL);
  if (getppid () == parent)
    execve (program, argv, environment);
  _exit (71);
}

static gboolean
start_role (Role *role, GError **error)
{
  Supervisor *supervisor = role->supervisor;
  char *argv[] = { role->program, (char *) "-c", (char *) mado_conf_path (supervisor->what->conf), NULL };
  pid_t parent = getpid ();
  pid_t pid = fork ();

  if (pid < 0)
    return mado_error_set_errno (error, "fork");
  if (pid == 0)
    become_role (role->program, argv, supervisor->environment, parent);
  role->pid = pid;
  role->started = g_get_monotonic_time ();
  g_child_watch_add (pid, on_exit_of_role, role);
  mado_log (MADO_LOG_DEBUG, NULL, "started", "program=%s pid=%d", role->name, (int) pid);
  return TRUE;
}

static void
stop_with (Supervisor *supervisor, GError *problem)
{
  if (supervisor->problem == NULL)
    supervisor->problem = problem;
  else
    g_error_free (problem);
}

/* --- stopping ---------------------------------------------------------------------------------------- */

static guint
count_alive (const Supervisor *supervisor, guint up_to_step)
{
  guint n = 0;

  for (guint i = 0; i < supervisor->n_roles; i++)
    n += supervisor->roles[i].pid != 0 && supervisor->roles[i].step <= up_to_step;
  return n;
}

/* Tells the roles of the step that has come to end; steps without anybody left are passed over. */
static void
advance_stop (Supervisor *supervisor)
{
  while (count_alive (supervisor, supervisor->step) == 0) {
    if (supervisor->step == LAST_STEP) {
      g_main_loop_quit (supervisor->loop);
      return;
    }
    supervisor->step++;
    for (guint i = 0; i < supervisor->n_roles; i++)
      if (supervisor->roles[i].pid != 0 && supervisor->roles[i].step == supervisor->step)
        kill (supervisor->roles[i].pid, SIGTERM);
  }
}

static gboolean
on_drain_over (gpointer data)
{
  Supervisor *supervisor = data;

  for (guint i = 0; i < supervisor->n_roles; i++)
    if (supervisor->roles[i].pid != 0) {
      mado_log (MADO_LOG_WARNING, NULL, "drain-cut", "program=%s pid=%d", supervisor->roles[i].name,
                (int) supervisor->roles[i].pid);
      kill (supervisor->roles[i].pid, SIGKILL);
    }
  return G_SOURCE_REMOVE;
}

static void
begin_stop (Supervisor *supervisor)
{
  if (supervisor->is_stopping)
    return;
  supervisor->is_stopping = TRUE;
  mado_log (MADO_LOG_INFO, NULL, "draining", "pid=%d", (int) getpid ());
  if (supervisor->what->ready_path != NULL)
    unlink (supervisor->what->ready_path);
  for (guint i = 0; i < supervisor->n_roles; i++) {
    Role *role = &supervisor->roles[i];
    if (role->timer != 0)
      g_source_remove (role->timer);
    role->timer = 0;
    if (role->pid != 0 && role->step == 0)
      kill (role->pid, SIGTERM);
  }
  g_timeout_add_seconds (DRAIN_SECONDS, on_drain_over, supervisor);
  advance_stop (supervisor);
}

static gboolean
on_terminate (gpointer data)
{
  begin_stop (data);
  return G_SOURCE_CONTINUE;
}

/* --- watching ---------------------------------------------------------------------------------------- */

static gboolean
on_restart (gpointer data)
{
  Role *role = data;
  GError *problem = NULL;

  role->timer = 0;
  if (!start_role (role, &problem)) {
    mado_log (MADO_LOG_ERROR, NULL, "not-started", "program=%s why=\"%s\"", role->name, problem->message);
    g_error_free (problem);
    role->backoff = mado_supervisor_backoff (role->backoff, 0);
    role->timer = g_timeout_add (role->backoff, on_restart, role);
  }
  return G_SOURCE_REMOVE;
}

/* Statuses that another try will not change. */
static gboolean
is_final (int how)
{
  return WIFEXITED (how) && (WEXITSTATUS (how) == 64 || WEXITSTATUS (how) == 77 || WEXITSTATUS (how) == 78);
}

static void
on_exit_of_role (GPid pid, int how, gpointer data)
{
  Role *role = data;
  Supervisor *supervisor = role->supervisor;
  gint64 lived = (g_get_monotonic_time () - role->started) / 1000;

  role->pid = 0;
  g_spawn_close_pid (pid);
  if (supervisor->is_stopping) {
    advance_stop (supervisor);
    return;
  }
  mado_log (MADO_LOG_WARNING, NULL, "role-died", "program=%s pid=%d signal=%d status=%d lived-ms=%" G_GINT64_FORMAT,
            role->name, (int) pid, WIFSIGNALED (how) ? WTERMSIG (how) : 0, WIFEXITED (how) ? WEXITSTATUS (how) : 0, lived);
  if (!role->was_ready && is_final (how)) {
    int code = WEXITSTATUS (how) == 77 ? MADO_ERROR_DENIED : WEXITSTATUS (how) == 78 ? MADO_ERROR_CONF : MADO_ERROR_USAGE;
    stop_with (supervisor, g_error_new (MADO_ERROR, code, "%s refuses to start (status %d)", role->name, WEXITSTATUS (how)));
    begin_stop (supervisor);
    return;
  }
  role->backoff = mado_supervisor_backoff (role->backoff, lived);
  role->timer = g_timeout_add (role->backoff, on_restart, role);
}

static gboolean
on_start_over (gpointer data)
{
  Supervisor *supervisor = data;

  if (supervisor->all_ready || supervisor->is_stopping)
    return G_SOURCE_REMOVE;
  for (guint i = 0; i < supervisor->n_roles; i++)
    if (!supervisor->roles[i].was_ready)
      stop_with (supervisor, g_error_new (MADO_ERROR, MADO_ERROR_UNAVAILABLE, "%s did not come up within %d seconds",
                                          supervisor->roles[i].name, START_SECONDS));
  begin_stop (supervisor);
  return G_SOURCE_REMOVE;
}

static void
check_all_ready (Supervisor *supervisor)
{
  const MadoSupervision *what = supervisor->what;

  if (supervisor->all_ready || supervisor->is_stopping)
    return;
  for (guint i = 0; i < supervisor->n_roles; i++)
    if (!supervisor->roles[i].was_ready)
      return;
  supervisor->all_ready = TRUE;
  mado_log (MADO_LOG_INFO, NULL, "serving", "pid=%d version=%s", (int) getpid (), PACKAGE_VERSION);
  if (what->ready_path != NULL && !g_file_set_contents_full (what->ready_path, "", 0, G_FILE_SET_CONTENTS_NONE, 0600, NULL))
    mado_log (MADO_LOG_WARNING, NULL, "no-ready-file", "path=%s", what->ready_path);
  if (what->ready_fd >= 0) {
    if (write (what->ready_fd, "", 1) != 1)
      mado_log (MADO_LOG_WARNING, NULL, "parent-gone", "pid=%d", (int) getpid ());
    close (what->ready_fd);
  }
}

/* One datagram of sd_notify(3). @pid: its sender, as the kernel says; 0 when it does not. */
static gssize
receive_notice (int fd, char *text, gsize size, pid_t *pid)
{
  union {
    struct cmsghdr align;
    char bytes[CMSG_SPACE (sizeof (struct ucred))];
  } control;
  struct iovec part = { text, size - 1 };
  struct msghdr message = {
    .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes
  };
  gssize got = recvmsg (fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

  *pid = 0;
  if (got < 0)
    return -1;
  text[got] = '\0';
  for (struct cmsghdr *c = CMSG_FIRSTHDR (&message); c != NULL; c = CMSG_NXTHDR (&message, c))
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_CREDENTIALS) {
      struct ucred sender;
      memcpy (&sender, CMSG_DATA (c), sizeof sender);
      *pid = sender.pid;
    }
  return got;
}

static gboolean
on_notice (int fd, GIOCondition condition, gpointer data)
{
  Supervisor *supervisor = data;
  char text[512];
  pid_t pid;

  (void) condition;
  if (receive_notice (fd, text, sizeof text, &pid) < 0)
    return G_SOURCE_CONTINUE;
  for (guint i = 0; i < supervisor->n_roles; i++)
    if (supervisor->roles[i].pid != 0 && supervisor->roles[i].pid == pid && strstr (text, "READY=1") != NULL)
      supervisor->roles[i].was_ready = TRUE;
  check_all_ready (supervisor);
  return G_SOURCE_CONTINUE;
}

/* --- the whole life ---------------------------------------------------------------------------------- */

/* The directory must be ours: whoever owns it could put sockets of their own into our roles' way. */
static gboolean
prepare_runtime (const char *path, GError **error)
{
  struct stat info;

  if (g_mkdir_with_parents (path, 0700) != 0 || lstat (path, &info) != 0)
    return mado_error_set_errno (error, path);
  if (S_ISDIR (info.st_mode) && info.st_uid == geteuid () && (info.st_mode & 002) == 0)
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: must be a directory of ours that others cannot write", path);
  return FALSE;
}

static gboolean
write_pid (int fd, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%d\n", (int) getpid ());

  if (ftruncate (fd, 0) != 0 || pwrite (fd, text, strlen (text), 0) != (gssize) strlen (text))
    return mado_error_set_errno (error, "process id file");
  return TRUE;
}

static gboolean
lock_runtime (Supervisor *supervisor, const char *runtime, GError **error)
{
  supervisor->pid_path = g_build_filename (runtime, "madoguchid.pid", NULL);
  supervisor->lock_fd = open (supervisor->pid_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (supervisor->lock_fd < 0)
    return mado_error_set_errno (error, supervisor->pid_path);
  if (flock (supervisor->lock_fd, LOCK_EX | LOCK_NB) != 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "another madoguchid runs on %s", runtime);
    return FALSE;
  }
  if (!write_pid (supervisor->lock_fd, error))
    return FALSE;
  if (supervisor->what->pid_path == NULL)
    return TRUE;
  g_autofree char *text = g_strdup_printf ("%d\n", (int) getpid ());
  g_autoptr (GError) problem = NULL;
  if (g_file_set_contents (supervisor->what->pid_path, text, -1, &problem))
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "%s", problem->message);
  return FALSE;
}

static gboolean
listen_notices (Supervisor *supervisor, const char *runtime, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int on = 1;

  supervisor->notify_path = g_build_filename (runtime, "notify.sock", NULL);
  if (strlen (supervisor->notify_path) >= sizeof address.sun_path) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_CONF, "%s: a socket's name has at most %d bytes", supervisor->notify_path,
                 (int) sizeof address.sun_path - 1);
    return FALSE;
  }
  memcpy (address.sun_path, supervisor->notify_path, strlen (supervisor->notify_path));
  unlink (supervisor->notify_path);
  supervisor->notify_fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (supervisor->notify_fd < 0 || setsockopt (supervisor->notify_fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0
      || bind (supervisor->notify_fd, (struct sockaddr *) &address, sizeof address) != 0)
    return mado_error_set_errno (error, supervisor->notify_path);
  supervisor->environment = g_environ_setenv (g_get_environ (), "NOTIFY_SOCKET", supervisor->notify_path, TRUE);
  g_unix_fd_add (supervisor->notify_fd, G_IO_IN, on_notice, supervisor);
  return TRUE;
}

static gboolean
is_wanted (const MadoConf *conf, const char *program)
{
  if (strcmp (program, "madoguchi-milter") == 0)
    return mado_conf_list (conf, "intake", "milter-listen")[0] != NULL;
  if (strcmp (program, "madoguchi-web") == 0)
    return mado_conf_list (conf, "web", "listen")[0] != NULL;
  return TRUE;
}

static gboolean
prepare (Supervisor *supervisor, GError **error)
{
  const char *runtime = mado_conf_string (supervisor->what->conf, "runtime", "directory");

  for (guint i = 0; i < N_ROLES; i++) {
    Role *role = &supervisor->roles[supervisor->n_roles];
    if (!is_wanted (supervisor->what->conf, mado_supervisor_programs[i]))
      continue;
    supervisor->n_roles++;
    role->supervisor = supervisor;
    role->name = mado_supervisor_programs[i];
    role->step = steps[i];
    role->program = mado_supervisor_find_program (role->name, error);
    if (role->program == NULL)
      return FALSE;
  }
  if (runtime == NULL) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_CONF, "[runtime] directory is not set");
    return FALSE;
  }
  if (!prepare_runtime (runtime, error) || !lock_runtime (supervisor, runtime, error))
    return FALSE;
  /* Only now: until the lock is ours these files are another's. */
  if (supervisor->what->ready_path != NULL)
    unlink (supervisor->what->ready_path);
  return listen_notices (supervisor, runtime, error);
}

static void
ignore_signals (void)
{
  const struct sigaction ignore = { .sa_handler = SIG_IGN };

  sigaction (SIGPIPE, &ignore, NULL);
  sigaction (SIGHUP, &ignore, NULL);
}

/* Frees what prepare () made, as far as it came. Files that name us go only when they are ours. */
static void
tidy (Supervisor *supervisor)
{
  if (supervisor->notify_fd >= 0) {
    close (supervisor->notify_fd);
    unlink (supervisor->notify_path);
  }
  if (supervisor->lock_fd >= 0 && flock (supervisor->lock_fd, LOCK_EX | LOCK_NB) == 0) {
    unlink (supervisor->pid_path);
    if (supervisor->what->pid_path != NULL)
      unlink (supervisor->what->pid_path);
  }
  if (supervisor->lock_fd >= 0)
    close (supervisor->lock_fd);
  for (guint i = 0; i < N_ROLES; i++)
    g_free (supervisor->roles[i].program);
  g_free (supervisor->notify_path);
  g_free (supervisor->pid_path);
  g_strfreev (supervisor->environment);
  g_main_loop_unref (supervisor->loop);
}

gboolean
mado_supervisor_run (const MadoSupervision *what, GError **error)
{
  Supervisor supervisor = { .what = what, .notify_fd = -1, .lock_fd = -1 };
  GError *problem = NULL;

  supervisor.loop = g_main_loop_new (NULL, FALSE);
  ignore_signals ();
  if (prepare (&supervisor, &problem)) {
    if (mado_conf_bool (what->conf, "runtime", "insecure-single-uid"))
      mado_log (MADO_LOG_WARNING, NULL, "insecure-single-uid",
                "all roles run as user %u: nothing protects one from another", (guint) geteuid ());
    g_unix_signal_add (SIGTERM, on_terminate, &supervisor);
    g_unix_signal_add (SIGINT, on_terminate, &supervisor);
    g_timeout_add_seconds (START_SECONDS, on_start_over, &supervisor);
    for (guint i = 0; problem == NULL && i < supervisor.n_roles; i++)
      start_role (&supervisor.roles[i], &problem);
    if (problem != NULL) {
      stop_with (&supervisor, problem);
      begin_stop (&supervisor);
    }
    /* A stop that had nobody to wait for has quit a loop that did not run yet. */
    if (!supervisor.is_stopping || count_alive (&supervisor, LAST_STEP) > 0)
      g_main_loop_run (supervisor.loop);
    mado_log (MADO_LOG_INFO, NULL, "stopped", "pid=%d", (int) getpid ());
    problem = supervisor.problem;
  }
  tidy (&supervisor);
  if (problem == NULL)
    return TRUE;
  g_propagate_error (error, problem);
  return FALSE;
}
