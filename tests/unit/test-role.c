/* test-role.c: a small worker role brought to life by mado_role_run () in a child, as every real one is. */
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/ipc/wire.h"
#include "madoguchi/role/role.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534
#define DEADLINE (60 * G_USEC_PER_SEC)

/* --- the role under test: it answers "part" by the argument "path" ---------------------------------------- */

static gboolean
probe_start (MadoRoleContext *role, GError **error)
{
  (void) error;
  role->state = g_strdup ("started");
  return TRUE;
}

static void
probe_stop (MadoRoleContext *role)
{
  g_clear_pointer (&role->state, g_free);
}

static void
wait_for_file (const char *path)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;

  while (access (path, F_OK) != 0 && g_get_monotonic_time () < deadline)
    g_usleep (5000);
}

static void
slow_answer (MadoRoleContext *role)
{
  const char *runtime = mado_conf_string (role->conf, "runtime", "directory");
  g_autofree char *begun = g_build_filename (runtime, "begun", NULL);
  g_autofree char *go = g_build_filename (runtime, "go", NULL);

  g_file_set_contents (begun, "", 0, NULL);
  wait_for_file (go);
}

static gint64
try_socket (int family)
{
  int fd = socket (family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  int code = fd < 0 ? errno : 0;

  if (fd >= 0)
    close (fd);
  return code;
}

static gboolean
probe_answer (MadoRoleContext *role, MadoPacket *request, GVariant **body, int *fd, GError **error)
{
  const char *what = "";
  GVariantDict dict;

  g_variant_lookup (request->body, "path", "&s", &what);
  if (strcmp (what, "abort") == 0)
    abort ();
  if (strcmp (what, "refuse") == 0) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_NO, "no such part");
    return FALSE;
  }
  if (strcmp (what, "slow") == 0)
    slow_answer (role);
  if (strcmp (what, "file") == 0)
    *fd = mado_fsio_memfd ("answer", NULL, NULL);
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "pid", "x", (gint64) getpid ());
  g_variant_dict_insert (&dict, "worker", "x", (gint64) role->worker);
  g_variant_dict_insert (&dict, "state", "s", (const char *) role->state);
  g_variant_dict_insert (&dict, "inet", "x", try_socket (AF_INET));
  g_variant_dict_insert (&dict, "netlink", "x", try_socket (AF_NETLINK));
  g_variant_dict_insert (&dict, "unix", "x", try_socket (AF_UNIX));
  g_variant_dict_insert (&dict, "no_new_privs", "x", (gint64) prctl (PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
  *body = g_variant_dict_end (&dict);
  return TRUE;
}

/* Adds a byte to RUNTIME/ticks-WORKER. */
static void
probe_tick (MadoRoleContext *role)
{
  g_autofree char *path
      = g_strdup_printf ("%s/ticks-%u", mado_conf_string (role->conf, "runtime", "directory"), role->worker);
  int fd = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

  if (fd >= 0 && write (fd, ".", 1) == 1)
    close (fd);
}

static const MadoRole probe = {
  .name = "madoguchi-opener", .socket = "opener", .summary = "A role for the test.", .workers_key = "workers",
  .start = probe_start, .answer = probe_answer, .stop = probe_stop, .tick = probe_tick, .tick_ms = 100,
};

/* --- its life, seen from outside --------------------------------------------------------------------------- */

typedef struct {
  char *dir, *conf, *log, *socket;
  pid_t pid;
} Life;

static void
life_prepare (Life *life, gboolean is_insecure)
{
  g_autofree char *text = NULL;

  life->dir = g_dir_make_tmp ("mr-XXXXXX", NULL);
  life->conf = g_build_filename (life->dir, "m.conf", NULL);
  life->log = g_build_filename (life->dir, "log", NULL);
  life->socket = mado_wire_path (life->dir, "opener");
  /* Everything but the keyring is out of the way: it alone can be what the role must not have. */
  text = g_strdup_printf ("[runtime]\ndirectory=%s\ninsecure-single-uid=%s\n[crypto]\nworkers=2\ngnupg-home=%s/gnupg\n"
                          "[spool]\ndirectory=%s/none\n[store]\nurl=sqlite:%s/none\narchive=%s/none\n",
                          life->dir, is_insecure ? "yes" : "no", life->dir, life->dir, life->dir, life->dir);
  g_assert_true (g_file_set_contents (life->conf, text, -1, NULL));
}

/* @uid: the role's user, when we may choose. */
static void
life_start (Life *life, uid_t uid)
{
  char *argv[] = { (char *) "role", (char *) "-c", life->conf, NULL };

  fflush (NULL);
  life->pid = fork ();
  g_assert_cmpint (life->pid, >=, 0);
  if (life->pid > 0)
    return;
  int log = open (life->log, O_WRONLY | O_CREAT | O_APPEND, 0666);
  dup2 (log, STDERR_FILENO);
  dup2 (log, STDOUT_FILENO);
  if (uid != geteuid () && (setgid (NOBODY) != 0 || setuid (uid) != 0))
    _exit (99);
  prctl (PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no role behind */
  int status = mado_role_run (&probe, 3, argv);
  fflush (NULL);
  _exit (status);
}

/* The exit status; the test fails when the process does not end in time. */
static int
life_wait (Life *life)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  int how = 0;
  pid_t got;

  while ((got = waitpid (life->pid, &how, WNOHANG)) == 0 && g_get_monotonic_time () < deadline)
    g_usleep (5000);
  if (got == 0) {
    kill (life->pid, SIGKILL);
    waitpid (life->pid, &how, 0);
  }
  g_assert_true (WIFEXITED (how));
  life->pid = 0;
  return WEXITSTATUS (how);
}

static void
life_clear (Life *life)
{
  g_assert_true (mado_fsio_remove_tree (life->dir, NULL));
  g_free (life->dir);
  g_free (life->conf);
  g_free (life->log);
  g_free (life->socket);
}

static int
dial (const Life *life)
{
  gint64 deadline = g_get_monotonic_time () + DEADLINE;
  g_autoptr (GError) error = NULL;

  for (;;) {
    g_clear_error (&error);
    int fd = mado_wire_connect (life->socket, 10000, &error);
    if (fd >= 0)
      return fd;
    g_assert_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE);
    g_assert_cmpint (g_get_monotonic_time (), <, deadline);
    g_usleep (5000);
  }
}

static GVariant *
ask_for (const char *what)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "path", "s", what);
  return g_variant_dict_end (&dict);
}

static gint64
get_number (const MadoPacket *answer, const char *key)
{
  gint64 number = -1;

  g_assert_true (g_variant_lookup (answer->body, key, "x", &number));
  return number;
}

static gint64
call_for_pid (int fd)
{
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_true (mado_wire_call (fd, "part", ask_for (""), -1, &answer, &error));
  g_assert_no_error (error);
  return get_number (&answer, "pid");
}

static void
assert_logged (const Life *life, const char *what)
{
  g_autofree char *log = NULL;

  g_assert_true (g_file_get_contents (life->log, &log, NULL, NULL));
  if (strstr (log, what) == NULL)
    g_error ("\"%s\" is not in the log:\n%s", what, log);
}

static void
test_answers (void)
{
  Life life = { 0 };
  g_autoptr (GError) error = NULL;
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;

  life_prepare (&life, TRUE);
  g_autofree char *keyring = g_build_filename (life.dir, "gnupg", NULL); /* what this role should not be able to write */
  g_assert_cmpint (g_mkdir_with_parents (keyring, 0700), ==, 0);
  life_start (&life, geteuid ());
  int fd = dial (&life);
  g_assert_true (mado_wire_call (fd, "part", ask_for ("file"), -1, &answer, &error));
  g_assert_no_error (error);
  g_assert_cmpint (answer.fd, >=, 0);
  g_assert_cmpint (get_number (&answer, "pid"), !=, life.pid);
  g_assert_cmpint (get_number (&answer, "inet"), ==, EPERM);
  g_assert_cmpint (get_number (&answer, "netlink"), ==, EPERM);
  g_assert_cmpint (get_number (&answer, "unix"), ==, 0);
  g_assert_cmpint (get_number (&answer, "no_new_privs"), ==, 1);
  /* An error answers one request and ends nothing. */
  gint64 pid = call_for_pid (fd);
  g_auto (MadoPacket) refused = MADO_PACKET_INIT;
  g_assert_false (mado_wire_call (fd, "part", ask_for ("refuse"), -1, &refused, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_NO);
  g_assert_cmpstr (error->message, ==, "no such part");
  g_clear_error (&error);
  g_assert_false (mado_wire_call (fd, "seal", NULL, -1, &refused, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_DENIED);
  g_assert_cmpint (call_for_pid (fd), ==, pid);
  /* Two connections, two workers. */
  int other = dial (&life);
  g_assert_cmpint (call_for_pid (other), !=, pid);
  close (other);
  close (fd);
  kill (life.pid, SIGTERM);
  g_assert_cmpint (life_wait (&life), ==, 0);
  g_assert_false (g_file_test (life.socket, G_FILE_TEST_EXISTS));
  assert_logged (&life, "unprotected");
  life_clear (&life);
}

static gsize
count_ticks (const Life *life, gint64 worker)
{
  g_autofree char *path = g_strdup_printf ("%s/ticks-%" G_GINT64_FORMAT, life->dir, worker);
  struct stat info;

  return stat (path, &info) == 0 ? (gsize) info.st_size : 0;
}

/* A worker is called now and then, whether its client asks nothing or without end. */
static void
test_ticks (void)
{
  Life life = { 0 };
  g_auto (MadoPacket) first = MADO_PACKET_INIT;
  gint64 began = g_get_monotonic_time ();

  life_prepare (&life, TRUE);
  life_start (&life, geteuid ());
  int fd = dial (&life);
  g_assert_true (mado_wire_call (fd, "part", ask_for ("x"), -1, &first, NULL));
  gint64 worker = get_number (&first, "worker");
  for (int is_busy = 0; is_busy < 2; is_busy++) {
    gsize before = count_ticks (&life, worker);
    gint64 deadline = g_get_monotonic_time () + DEADLINE;
    while (count_ticks (&life, worker) < before + 3 && g_get_monotonic_time () < deadline) {
      if (is_busy)
        call_for_pid (fd);
      else
        g_usleep (5000);
    }
    g_assert_cmpuint (count_ticks (&life, worker), >=, before + 3);
  }
  g_assert_cmpuint (count_ticks (&life, worker), <=, (g_get_monotonic_time () - began) / (100 * 1000)); /* and not all the time */
  close (fd);
  kill (life.pid, SIGTERM);
  g_assert_cmpint (life_wait (&life), ==, 0);
  life_clear (&life);
}

static void
test_garbage_ends_the_connection (void)
{
  Life life = { 0 };
  g_autoptr (GError) error = NULL;
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;

  life_prepare (&life, TRUE);
  life_start (&life, geteuid ());
  int fd = dial (&life);
  g_assert_cmpint (send (fd, "garbage", 7, MSG_NOSIGNAL), ==, 7);
  g_assert_false (mado_wire_receive (fd, &answer, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE);
  close (fd);
  fd = dial (&life);
  g_assert_cmpint (call_for_pid (fd), >, 0);
  close (fd);
  kill (life.pid, SIGINT);
  g_assert_cmpint (life_wait (&life), ==, 0);
  assert_logged (&life, "connection-broken");
  life_clear (&life);
}

static void
crash_one (const Life *life)
{
  g_autoptr (GError) error = NULL;
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  int fd = dial (life);

  g_assert_false (mado_wire_call (fd, "part", ask_for ("abort"), -1, &answer, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE);
  close (fd);
}

static void
test_dead_worker_is_replaced (void)
{
  Life life = { 0 };
  gint64 old[2], pid[2];
  int fd[2];

  life_prepare (&life, TRUE);
  life_start (&life, geteuid ());
  for (int i = 0; i < 2; i++) {
    fd[i] = dial (&life);
    old[i] = call_for_pid (fd[i]);
  }
  close (fd[0]);
  close (fd[1]);
  crash_one (&life);
  crash_one (&life);
  for (int i = 0; i < 2; i++) {
    fd[i] = dial (&life);
    pid[i] = call_for_pid (fd[i]);
    g_assert_true (pid[i] != old[0] && pid[i] != old[1]);
  }
  g_assert_true (pid[0] != pid[1]);
  close (fd[0]);
  close (fd[1]);
  kill (life.pid, SIGTERM);
  g_assert_cmpint (life_wait (&life), ==, 0);
  assert_logged (&life, "worker-died");
  assert_logged (&life, "signal=6");
  life_clear (&life);
}

static void
test_drain (void)
{
  Life life = { 0 };
  g_autoptr (GError) error = NULL;
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;
  g_autofree char *begun = NULL;
  g_autofree char *go = NULL;

  life_prepare (&life, TRUE);
  begun = g_build_filename (life.dir, "begun", NULL);
  go = g_build_filename (life.dir, "go", NULL);
  life_start (&life, geteuid ());
  int fd = dial (&life);
  g_assert_true (mado_wire_send (fd, "part", ask_for ("slow"), -1, &error));
  wait_for_file (begun);
  g_assert_true (g_file_test (begun, G_FILE_TEST_EXISTS));
  kill (life.pid, SIGTERM);
  g_assert_cmpint (waitpid (life.pid, NULL, WNOHANG), ==, 0);
  g_assert_true (g_file_set_contents (go, "", 0, NULL));
  g_assert_true (mado_wire_receive (fd, &answer, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (answer.verb, ==, "ok");
  close (fd);
  g_assert_cmpint (life_wait (&life), ==, 0);
  g_assert_false (g_file_test (life.socket, G_FILE_TEST_EXISTS));
  life_clear (&life);
}

static void
test_workers_die_with_master (void)
{
  Life life = { 0 };
  g_autoptr (GError) error = NULL;
  g_auto (MadoPacket) answer = MADO_PACKET_INIT;

  life_prepare (&life, TRUE);
  life_start (&life, geteuid ());
  int fd = dial (&life);
  call_for_pid (fd);
  kill (life.pid, SIGKILL);
  waitpid (life.pid, NULL, 0);
  g_assert_false (mado_wire_receive (fd, &answer, &error));
  g_assert_error (error, MADO_ERROR, MADO_ERROR_UNAVAILABLE);
  close (fd);
  life_clear (&life);
}

static void
expect_refusal_to_start (uid_t uid, const char *why)
{
  Life life = { 0 };
  g_autofree char *home = NULL;

  life_prepare (&life, FALSE);
  home = g_build_filename (life.dir, "gnupg", NULL);
  g_assert_cmpint (g_mkdir_with_parents (home, 0700), ==, 0);
  if (uid != geteuid ())
    g_assert_cmpint (chown (home, uid, NOBODY) | chown (life.dir, uid, NOBODY) | chmod (life.conf, 0644), ==, 0);
  life_start (&life, uid);
  g_assert_cmpint (life_wait (&life), ==, 78);
  assert_logged (&life, "must not");
  assert_logged (&life, why);
  g_assert_false (g_file_test (life.socket, G_FILE_TEST_EXISTS));
  life_clear (&life);
}

static void
test_refuses_to_start (void)
{
  expect_refusal_to_start (geteuid () == 0 ? NOBODY : geteuid (), "madoguchi-opener can write the keyring and must not");
  if (geteuid () == 0)
    expect_refusal_to_start (0, "madoguchi-opener can act as root and must not");
}

static void
test_bad_configuration (void)
{
  Life life = { 0 };

  life_prepare (&life, TRUE);
  g_assert_true (g_file_set_contents (life.conf, "[runtime]\ndirectroy=/x\n", -1, NULL));
  life_start (&life, geteuid ());
  g_assert_cmpint (life_wait (&life), ==, 78);
  assert_logged (&life, "m.conf:2: [runtime] directroy: no such setting");
  life_clear (&life);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/role/worker/answers", test_answers);
  g_test_add_func ("/role/worker/ticks", test_ticks);
  g_test_add_func ("/role/worker/garbage", test_garbage_ends_the_connection);
  g_test_add_func ("/role/worker/replaced", test_dead_worker_is_replaced);
  g_test_add_func ("/role/worker/drain", test_drain);
  g_test_add_func ("/role/worker/master-killed", test_workers_die_with_master);
  g_test_add_func ("/role/start/refused", test_refuses_to_start);
  g_test_add_func ("/role/start/bad-configuration", test_bad_configuration);
  return g_test_run ();
}
