/* test-role-loop.c: a small loop role brought to life by mado_role_run () in a child: serve, drain, quit. Worker roles
 * are in test-role.c. */
#include "madoguchi/base/fsio.h"
#include "madoguchi/role/role.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define DEADLINE (60 * G_USEC_PER_SEC)

/* --- the role under test: it writes down what it lives through, and does what [team] name says ---------------- */

static void
note (const MadoRoleContext *role, const char *what)
{
  g_autofree char *path = g_build_filename (mado_conf_string (role->conf, "runtime", "directory"), "notes", NULL);
  FILE *file = fopen (path, "a");

  fprintf (file, "%s\n", what);
  fclose (file);
}

static gboolean
is_told (const MadoRoleContext *role, const char *what)
{
  return g_strcmp0 (mado_conf_string (role->conf, "team", "name"), what) == 0;
}

static gboolean
on_quit (gpointer data)
{
  mado_role_quit (data, 7);
  return G_SOURCE_REMOVE;
}

static gboolean
probe_start (MadoRoleContext *role, GError **error)
{
  note (role, "start");
  if (!is_told (role, "fail"))
    return TRUE;
  g_set_error_literal (error, g_quark_from_string ("test"), 1, "no start");
  return FALSE;
}

static gboolean
probe_serve (MadoRoleContext *role, GError **error G_GNUC_UNUSED)
{
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  note (role, fd < 0 && errno == EPERM ? "serve-inside" : "serve-outside"); /* of the sandbox */
  if (is_told (role, "quit"))
    g_idle_add (on_quit, role);
  return TRUE;
}

static gboolean
on_drained (gpointer data)
{
  note (data, "drained");
  mado_role_quit (data, 0);
  return G_SOURCE_REMOVE;
}

static void
probe_drain (MadoRoleContext *role)
{
  note (role, role->is_draining ? "drain" : "drain-unmarked");
  g_timeout_add (300, on_drained, role);
}

static void
probe_stop (MadoRoleContext *role)
{
  note (role, "stop");
}

static const MadoRole probe = {
  .name = "madoguchi-keeper", .summary = "A role for the test.",
  .start = probe_start, .serve = probe_serve, .drain = probe_drain, .stop = probe_stop,
};

static const MadoRole hasty = { /* has nothing to finish */
  .name = "madoguchi-keeper", .summary = "A role for the test.",
  .start = probe_start, .serve = probe_serve, .stop = probe_stop,
};

/* --- its life, seen from outside ------------------------------------------------------------------------------ */

typedef struct {
  char *dir, *conf, *notes, *log;
  int manager; /* what systemd would listen at */
  pid_t pid;
} Life;

static void
life_start (Life *life, const MadoRole *role, const char *told)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  life->dir = g_dir_make_tmp ("rl-XXXXXX", NULL);
  life->conf = g_build_filename (life->dir, "m.conf", NULL);
  life->notes = g_build_filename (life->dir, "notes", NULL);
  life->log = g_build_filename (life->dir, "log", NULL);
  g_autofree char *notify = g_build_filename (life->dir, "notify", NULL);
  g_autofree char *text = g_strdup_printf ("[team]\nname = %s\n[runtime]\ndirectory = %s\ninsecure-single-uid = yes\n"
                                           "[crypto]\ngnupg-home = %s/none\n",
                                           told, life->dir, life->dir);
  g_assert_true (g_file_set_contents (life->conf, text, -1, NULL));
  life->manager = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_strlcpy (address.sun_path, notify, sizeof address.sun_path);
  g_assert_cmpint (bind (life->manager, (struct sockaddr *) &address, sizeof address), ==, 0);
  fflush (NULL);
  life->pid = fork ();
  g_assert_cmpint (life->pid, >=, 0);
  if (life->pid > 0)
    return;
  char *argv[] = { (char *) "role", (char *) "-c", life->conf, NULL };
  int log = open (life->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  dup2 (log, STDERR_FILENO);
  dup2 (log, STDOUT_FILENO);
  prctl (PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no role behind */
  g_setenv ("NOTIFY_SOCKET", notify, TRUE);
  int status = mado_role_run (role, 3, argv);
  fflush (NULL);
  _exit (status);
}

/* Waits for the role to tell its manager @state. */
static void
hear (const Life *life, const char *state)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  char got[64] = "";

  while (recv (life->manager, got, sizeof got - 1, 0) < 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (2000);
  }
  g_assert_cmpstr (got, ==, state);
}

/* The exit status; and @notes is what the role has written down by then. */
static int
life_end (Life *life, const char *notes)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  g_autofree char *found = NULL;
  int how = 0;

  while (waitpid (life->pid, &how, WNOHANG) == 0) {
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (2000);
  }
  g_assert_true (WIFEXITED (how));
  g_file_get_contents (life->notes, &found, NULL, NULL);
  g_assert_cmpstr (found, ==, notes);
  close (life->manager);
  g_assert_true (mado_fsio_remove_tree (life->dir, NULL));
  g_free (life->dir);
  g_free (life->conf);
  g_free (life->notes);
  g_free (life->log);
  return WEXITSTATUS (how);
}

static void
test_drain (void)
{
  Life life;

  life_start (&life, &probe, "x");
  hear (&life, "READY=1");
  kill (life.pid, SIGTERM);
  hear (&life, "STOPPING=1");
  kill (life.pid, SIGTERM); /* asked twice, it does not drain twice, and does not hurry */
  g_assert_cmpint (life_end (&life, "start\nserve-inside\ndrain\ndrained\nstop\n"), ==, 0);
}

static void
test_interrupt (void)
{
  Life life;

  life_start (&life, &hasty, "x");
  hear (&life, "READY=1");
  kill (life.pid, SIGINT);
  hear (&life, "STOPPING=1");
  g_assert_cmpint (life_end (&life, "start\nserve-inside\nstop\n"), ==, 0);
}

static void
test_quit (void)
{
  Life life;

  life_start (&life, &probe, "quit");
  g_assert_cmpint (life_end (&life, "start\nserve-inside\nstop\n"), ==, 7);
}

static void
test_no_start (void)
{
  Life life;
  char byte;

  life_start (&life, &probe, "fail");
  int pid = life.pid;
  siginfo_t info;
  g_assert_cmpint (waitid (P_PID, (id_t) pid, &info, WEXITED | WNOWAIT), ==, 0);
  g_assert_cmpint (recv (life.manager, &byte, 1, 0), ==, -1); /* never READY */
  g_autofree char *log = NULL;
  g_assert_true (g_file_get_contents (life.log, &log, NULL, NULL));
  g_assert_nonnull (strstr (log, "madoguchi-keeper: no start"));
  g_assert_cmpint (life_end (&life, "start\nstop\n"), ==, 70); /* an error of a foreign domain is a bug */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/role/loop/drain", test_drain);
  g_test_add_func ("/role/loop/interrupt", test_interrupt);
  g_test_add_func ("/role/loop/quit", test_quit);
  g_test_add_func ("/role/loop/no-start", test_no_start);
  return g_test_run ();
}
