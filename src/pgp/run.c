/* run.c: see run.h. */
#include "madoguchi/pgp/run.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_FD 3
#define MAX_OUTPUT (64 * 1024 * 1024)
#define MAX_STATUS (1024 * 1024)
#define PREFIX "[GNUPG:] "

enum { INPUT, OUTPUT, STATUS, N_FILES };

MadoPgpProgram
mado_pgp_program_of (gpgme_ctx_t context)
{
  gpgme_engine_info_t engine = gpgme_ctx_get_engine_info (context);

  while (engine != NULL && engine->protocol != GPGME_PROTOCOL_OpenPGP)
    engine = engine->next;
  return (MadoPgpProgram) { engine != NULL && engine->file_name != NULL ? engine->file_name : "gpg",
                            engine != NULL && engine->home_dir != NULL ? engine->home_dir : "", FALSE,
                            gpgme_get_pinentry_mode (context) != GPGME_PINENTRY_MODE_ERROR };
}

static void
close_files (const int *files)
{
  for (int i = 0; i < N_FILES; i++)
    if (files[i] >= 0)
      close (files[i]);
}

/* Files in memory, none of which has a number that the engine's own will have. */
static gboolean
open_files (GBytes *input, int *files, GError **error)
{
  for (int i = 0; i < N_FILES; i++)
    files[i] = -1;
  for (int i = 0; i < N_FILES; i++) {
    int fd = mado_fsio_memfd ("madoguchi-gpg", i == INPUT ? input : NULL, error);
    if (fd < 0)
      return FALSE;
    files[i] = fd > STATUS_FD ? fd : fcntl (fd, F_DUPFD_CLOEXEC, STATUS_FD + 1);
    if (files[i] != fd)
      close (fd);
    if (files[i] < 0)
      return mado_error_set_errno (error, "dup");
  }
  return TRUE;
}

static GPtrArray *
command_line (const MadoPgpProgram *program, const char *const *arguments)
{
  static const char *const always[] = { "--batch", "--no-tty", "--exit-on-status-write-error", "--status-fd",
                                        G_STRINGIFY (STATUS_FD), "--homedir" };
  GPtrArray *line = g_ptr_array_new ();

  g_ptr_array_add (line, (gpointer) (program->is_cms ? "gpgsm" : "gpg"));
  for (gsize i = 0; i < G_N_ELEMENTS (always); i++)
    if (!program->is_cms || !g_str_equal (always[i], "--exit-on-status-write-error"))
      g_ptr_array_add (line, (gpointer) always[i]);
  g_ptr_array_add (line, (gpointer) program->home);
  if (!program->is_restricted && !program->is_cms) { /* nobody sits there; and the agent refuses what only a person may ask for */
    g_ptr_array_add (line, (gpointer) "--pinentry-mode=error");
    g_ptr_array_add (line, (gpointer) "--request-origin=remote");
  }
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (line, (gpointer) *arguments);
  g_ptr_array_add (line, NULL);
  return line;
}

/* 0 or an errno value. */
static int
spawn (const MadoPgpProgram *program, char **line, const int *files, pid_t *pid)
{
  posix_spawn_file_actions_t actions;
  int result = posix_spawn_file_actions_init (&actions);

  if (result != 0)
    return result;
  result = posix_spawn_file_actions_adddup2 (&actions, files[INPUT], STDIN_FILENO);
  if (result == 0)
    result = posix_spawn_file_actions_adddup2 (&actions, files[OUTPUT], STDOUT_FILENO);
  if (result == 0)
    result = posix_spawn_file_actions_addopen (&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  if (result == 0)
    result = posix_spawn_file_actions_adddup2 (&actions, files[STATUS], STATUS_FD);
  if (result == 0)
    result = posix_spawn_file_actions_addclosefrom_np (&actions, STATUS_FD + 1);
  if (result == 0)
    result = posix_spawnp (pid, program->program, &actions, NULL, line, environ);
  posix_spawn_file_actions_destroy (&actions);
  return result;
}

static gboolean
wait_for (pid_t pid, GError **error)
{
  int how = 0;
  pid_t found;

  do
    found = waitpid (pid, &how, 0);
  while (found < 0 && errno == EINTR);
  if (found != pid)
    return mado_error_set_errno (error, "wait for gpg");
  if (WIFEXITED (how))
    return TRUE;
  g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "gpg was ended by signal %d", WTERMSIG (how));
  return FALSE;
}

static GBytes *
read_back (int fd, gsize max, GError **error)
{
  GBytes *bytes = NULL;

  if (lseek (fd, 0, SEEK_SET) != 0)
    mado_error_set_errno (error, "lseek");
  else if (!mado_fsio_read_all (fd, max, &bytes, error) && error != NULL && *error != NULL)
    (*error)->code = MADO_ERROR_TEMP; /* no mail went over a limit here */
  return bytes;
}

gboolean
mado_pgp_run (const MadoPgpProgram *program, const char *const *arguments, GBytes *input, GBytes **output, char **status,
              GError **error)
{
  g_autoptr (GPtrArray) line = command_line (program, arguments);
  g_autoptr (GBytes) written = NULL, said = NULL;
  int files[N_FILES], result = 0;
  pid_t pid = 0;

  if (open_files (input, files, error)) {
    result = spawn (program, (char **) line->pdata, files, &pid);
    errno = result;
    if (result != 0)
      mado_error_set_errno (error, program->program);
    else if (wait_for (pid, error) && (said = read_back (files[STATUS], MAX_STATUS, error)) != NULL)
      written = read_back (files[OUTPUT], MAX_OUTPUT, error);
  }
  close_files (files);
  if (written == NULL)
    return FALSE;
  *output = g_steal_pointer (&written);
  *status = g_bytes_get_size (said) == 0 ? g_strdup ("") : g_strndup (g_bytes_get_data (said, NULL), g_bytes_get_size (said));
  return TRUE;
}

gboolean
mado_pgp_run_next (const char **rest, char ***words)
{
  while (**rest != '\0') {
    const char *line = *rest, *end = strchrnul (line, '\n');

    *rest = *end == '\n' ? end + 1 : end;
    if (g_str_has_prefix (line, PREFIX) && *end == '\n') {
      g_autofree char *text = g_strndup (line + strlen (PREFIX), (gsize) (end - line) - strlen (PREFIX));
      *words = g_strsplit (text, " ", -1);
      return TRUE;
    }
  }
  return FALSE;
}
