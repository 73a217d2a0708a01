/* madoguchid.c: all roles at once, for small sites, demonstrations and tests; see role/supervisor.h. In production
 * systemd starts each role under its own user. */
#include "madoguchi/role/demo.h"
#include "madoguchi/role/supervisor.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct {
  char *config;
  char *demo;
  char *listen;
  char *web;
  int workers;
  gboolean foreground;
  gboolean version;
} Options;

static gboolean
read_options (int *argc, char ***argv, Options *options, GError **error)
{
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config, "The configuration", "FILE" },
    { "foreground", 0, 0, G_OPTION_ARG_NONE, &options->foreground, "Stay in the foreground and log to standard error", NULL },
    { "demo", 0, 0, G_OPTION_ARG_FILENAME, &options->demo, "Make DIR with a throw-away key and run on it, in the foreground",
      "DIR" },
    { "listen-lmtp", 0, 0, G_OPTION_ARG_FILENAME, &options->listen, "With --demo: serve LMTP here too",
      "unix:PATH|inet:HOST:PORT" },
    { "listen-web", 0, 0, G_OPTION_ARG_FILENAME, &options->web, "With --demo: serve the members' page here",
      "unix:PATH|inet:HOST:PORT" },
    { "workers", 0, 0, G_OPTION_ARG_INT, &options->workers, "With --demo: so many openers and signers", "N" },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Print the version and exit", NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) problem = NULL;

  g_option_context_set_summary (context, "Runs all roles of Madoguchi. Without --foreground it returns once every role\n"
                                         "serves, and logs to madoguchid.log in [runtime] directory.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, &problem))
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s", problem->message);
  else if (*argc > 1)
    g_set_error (error, MADO_ERROR, MADO_ERROR_USAGE, "%s: not an option", (*argv)[1]);
  else if (options->demo == NULL && (options->listen != NULL || options->web != NULL || options->workers != 0))
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "--listen-lmtp, --listen-web and --workers go with --demo");
  else if (options->demo != NULL && options->config != NULL)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "--demo has a configuration of its own");
  else if (options->workers < 0 || options->workers > 64)
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_USAGE, "--workers: 1 to 64");
  else
    return TRUE;
  return FALSE;
}

/* (transfer full) the directory @name of our data: beside us in a build tree, else where it is installed. */
static char *
find_data (const char *name)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *directory = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *beside = directory != NULL ? g_build_filename (directory, "conf", name, NULL) : NULL;

  if (beside != NULL && g_file_test (beside, G_FILE_TEST_IS_DIR))
    return g_steal_pointer (&beside);
  return g_build_filename (MADO_DATADIR, name, NULL);
}

/* The exit status of the process that the caller of madoguchid waits for. */
static int
wait_for_daemon (int ready, pid_t child, const char *runtime)
{
  char byte;
  int how = 0;
  gssize got;

  do
    got = read (ready, &byte, 1);
  while (got < 0 && errno == EINTR);
  waitpid (child, &how, 0);
  if (got == 1)
    return 0;
  fprintf (stderr, "madoguchid: the roles did not come up; see %s/madoguchid.log\n", runtime);
  return 69;
}

static gboolean
redirect_output (const char *runtime, GError **error)
{
  g_autofree char *path = g_build_filename (runtime, "madoguchid.log", NULL);
  int null = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  int log = open (path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (null < 0 || log < 0 || dup2 (null, STDIN_FILENO) < 0 || dup2 (log, STDOUT_FILENO) < 0 || dup2 (log, STDERR_FILENO) < 0)
    return mado_error_set_errno (error, path);
  close (null);
  close (log);
  return chdir ("/") == 0 || mado_error_set_errno (error, "/");
}

/* Returns in the daemon with @ready_fd; the process that was called leaves with exit (). */
static gboolean
become_daemon (const char *runtime, int *ready_fd, GError **error)
{
  int ends[2];
  pid_t pid;

  if (g_mkdir_with_parents (runtime, 0700) != 0)
    return mado_error_set_errno (error, runtime);
  if (pipe2 (ends, O_CLOEXEC) != 0)
    return mado_error_set_errno (error, "pipe");
  pid = fork ();
  if (pid < 0)
    return mado_error_set_errno (error, "fork");
  if (pid > 0) {
    close (ends[1]);
    _exit (wait_for_daemon (ends[0], pid, runtime));
  }
  close (ends[0]);
  setsid ();
  pid = fork ();
  if (pid != 0)
    _exit (pid < 0 ? 71 : 0);
  *ready_fd = ends[1];
  return redirect_output (runtime, error);
}

static gboolean
run (const Options *options, GError **error)
{
  MadoDemo demo = { .directory = options->demo, .listen = options->listen, .web = options->web, .workers = (guint) options->workers };
  g_autofree char *directory = options->demo != NULL ? g_canonicalize_filename (options->demo, NULL) : NULL;
  g_autofree char *ready = directory != NULL ? g_build_filename (directory, "ready", NULL) : NULL;
  g_autofree char *pid_path = directory != NULL ? g_build_filename (directory, "madoguchid.pid", NULL) : NULL;
  g_autofree char *templates = find_data ("templates"), *forms = find_data ("forms"), *page = find_data ("web"), *words = find_data ("words");
  g_autofree char *canned = find_data ("canned");
  g_autofree char *path = g_strdup (options->config != NULL ? options->config : g_getenv ("MADOGUCHI_CONF"));
  g_autoptr (MadoConf) conf = NULL;
  MadoSupervision what = { .ready_path = ready, .pid_path = pid_path, .ready_fd = -1 };
  const char *runtime;
  gboolean ok;

  demo.templates = templates;
  demo.forms = forms;
  demo.page = page;
  demo.words = words;
  demo.canned = canned;
  if (directory != NULL) {
    g_clear_pointer (&path, g_free);
    if (!mado_demo_prepare (&demo, &path, error))
      return FALSE;
  }
  conf = mado_conf_load (path != NULL ? path : "/etc/madoguchi/madoguchi.conf", error);
  if (conf == NULL)
    return FALSE;
  what.conf = conf;
  runtime = mado_conf_string (conf, "runtime", "directory");
  if (directory == NULL && !options->foreground && runtime != NULL && !become_daemon (runtime, &what.ready_fd, error))
    return FALSE;
  mado_log_init ("madoguchid", MADO_LOG_INFO, FALSE);
  ok = mado_supervisor_run (&what, error);
  if (directory != NULL)
    mado_demo_end_agents (directory);
  return ok;
}

int
main (int argc, char **argv)
{
  Options options = { NULL };
  g_autoptr (GError) error = NULL;
  int status = 0;

  setlocale (LC_ALL, "");
  umask (0077);
  if (!read_options (&argc, &argv, &options, &error) || (!options.version && !run (&options, &error))) {
    fprintf (stderr, "madoguchid: %s\n", error->message);
    status = mado_error_exit_status (error);
  } else if (options.version) {
    printf ("madoguchid %s\n", PACKAGE_VERSION);
  }
  g_free (options.config);
  g_free (options.demo);
  g_free (options.listen);
  g_free (options.web);
  return status;
}
