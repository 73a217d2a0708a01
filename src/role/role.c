/* role.c: the life of a role, the same for all of them. See role.h. */
#include "madoguchi/role/role.h"
#include "madoguchi/role/privileges.h"
#include "madoguchi/role/sandbox.h"
#include "madoguchi/role/workers.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/log.h"

#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* SIGTERM asks for an orderly end; a role that is not done by then is ended all the same. */
#define DRAIN_SECONDS 30

typedef struct {
  MadoRoleContext context;
  int status;
} Life;

static int
fail (const char *name, const GError *error)
{
  fprintf (stderr, "%s: %s\n", name, error->message);
  return mado_error_exit_status (error);
}

static MadoLogLevel
get_log_level (const MadoConf *conf)
{
  static const char *const words[] = { "error", "warning", "info", "debug" };
  const char *level = mado_conf_string (conf, "log", "level");

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_strcmp0 (level, words[i]) == 0)
      return (MadoLogLevel) i;
  return MADO_LOG_INFO;
}

/* FALSE: the process is done, with @status. */
static gboolean
read_options (const MadoRole *role, int *argc, char ***argv, char **path, int *status)
{
  gboolean version = FALSE, foreground = FALSE;
  const GOptionEntry entries[] = {
    { "config", 'c', 0, G_OPTION_ARG_FILENAME, path, "The configuration", "FILE" },
    { "foreground", 0, 0, G_OPTION_ARG_NONE, &foreground, "Accepted for symmetry: a role never forks away", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Print the version and exit", NULL },
    { NULL }
  };
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError) problem = NULL;

  g_option_context_set_summary (options, role->summary);
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, argc, argv, &problem)) {
    fprintf (stderr, "%s: %s\n", role->name, problem->message);
    *status = 64;
    return FALSE;
  }
  if (version) {
    printf ("%s %s\n", role->name, PACKAGE_VERSION);
    *status = 0;
    return FALSE;
  }
  if (*argc > 1) {
    fprintf (stderr, "%s: %s: not an option\n", role->name, (*argv)[1]);
    *status = 64;
    return FALSE;
  }
  if (*path == NULL)
    *path = g_strdup (g_getenv ("MADOGUCHI_CONF"));
  if (*path == NULL)
    *path = g_build_filename ("/etc", "madoguchi", "madoguchi.conf", NULL);
  return TRUE;
}

void
mado_role_notify (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd;

  if (path == NULL || strlen (path) >= sizeof address.sun_path)
    return;
  memcpy (address.sun_path, path, strlen (path));
  if (path[0] == '@')
    address.sun_path[0] = '\0';
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return;
  if (sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *) &address,
              (socklen_t) (offsetof (struct sockaddr_un, sun_path) + strlen (path))) < 0)
    mado_log (MADO_LOG_WARNING, NULL, "notify-failed", "state=%s", state);
  close (fd);
}

void
mado_role_quit (MadoRoleContext *context, int status)
{
  ((Life *) context)->status = status;
  g_main_loop_quit (context->loop);
}

static gboolean
on_drain_over (gpointer data)
{
  MadoRoleContext *context = data;

  mado_log (MADO_LOG_WARNING, NULL, "drain-cut", "seconds=%d", DRAIN_SECONDS);
  mado_role_quit (context, 0);
  return G_SOURCE_REMOVE;
}

static gboolean
on_terminate (gpointer data)
{
  MadoRoleContext *context = data;

  if (context->is_draining)
    return G_SOURCE_CONTINUE;
  context->is_draining = TRUE;
  mado_role_notify ("STOPPING=1");
  mado_log (MADO_LOG_INFO, NULL, "draining", "pid=%d", (int) getpid ());
  g_timeout_add_seconds (DRAIN_SECONDS, on_drain_over, context);
  if (context->role->drain != NULL)
    context->role->drain (context);
  else
    mado_role_quit (context, 0);
  return G_SOURCE_CONTINUE;
}

static int
run_loop (Life *life)
{
  MadoRoleContext *context = &life->context;
  const MadoRole *role = context->role;
  MadoSandbox sandbox = { role->may_network };
  g_autoptr (GError) error = NULL;

  context->loop = g_main_loop_new (NULL, FALSE);
  /* Until it serves, a signal ends the role at once: nothing was promised yet, and it may be waiting for another one. */
  if ((role->start == NULL || role->start (context, &error)) && mado_sandbox_enter (&sandbox, &error)
      && role->serve (context, &error)) {
    g_unix_signal_add (SIGTERM, on_terminate, context);
    g_unix_signal_add (SIGINT, on_terminate, context);
    mado_log (MADO_LOG_INFO, NULL, "serving", "pid=%d version=%s", (int) getpid (), PACKAGE_VERSION);
    mado_role_notify ("READY=1");
    g_main_loop_run (context->loop);
    mado_log (MADO_LOG_INFO, NULL, "stopped", "status=%d", life->status);
  } else {
    life->status = fail (role->name, error);
  }
  if (role->stop != NULL)
    role->stop (context);
  g_main_loop_unref (context->loop);
  return life->status;
}

static void
ignore_broken_pipes (void)
{
  const struct sigaction ignore = { .sa_handler = SIG_IGN };

  sigaction (SIGPIPE, &ignore, NULL);
}

int
mado_role_run (const MadoRole *role, int argc, char **argv)
{
  Life life = { .context.role = role };
  g_autofree char *path = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  setlocale (LC_ALL, "");
  if (!read_options (role, &argc, &argv, &path, &status))
    return status;
  ignore_broken_pipes ();
  life.context.conf = mado_conf_load (path, &error);
  if (life.context.conf == NULL)
    return fail (role->name, error);
  umask (0077);
  mado_log_init (g_str_has_prefix (role->name, "madoguchi-") ? role->name + strlen ("madoguchi-") : role->name,
                 get_log_level (life.context.conf), mado_conf_bool (life.context.conf, "log", "addresses"));
  if (!mado_privileges_check (role->name, life.context.conf, &error))
    status = fail (role->name, error);
  else
    status = role->answer != NULL ? mado_workers_run (&life.context) : run_loop (&life);
  mado_conf_free (life.context.conf);
  return status;
}
