/* jail.c: see jail.h.
 *
 * The child leaves its answer in a memory file. How it ended is its exit status: WORKED, FAILED (the answer is an
 * error), anything else a crash or a limit. Then a second child reads the top header alone: who wrote is told even
 * of a mail that kills its reader. */
#include "madoguchi/mail/jail.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/mail/locked-zip.h"
#include "madoguchi/pgp/engines.h"
#include "madoguchi/role/sandbox.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { WORKED = 0, FAILED = 3, OUT_OF_MEMORY = 4 };

/* Shared by parent and child: memory files, made before the fork. */
typedef struct {
  int answer;  /* a serialised report or part, or "code message" of an error */
  int content; /* bytes of a part */
} Desk;

typedef struct _Job Job;

struct _Job {
  gboolean (*work) (const Job *job, GError **error); /* in the child */
  const MadoOpenContext *context;
  int fd;
  guint64 offset, size;
  const char *path;     /* of a part */
  const char *password; /* of the archive that it is put into; NULL: none */
  Desk desk;
};

static void
close_desk (Desk *desk)
{
  int *all[] = { &desk->answer, &desk->content };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++) {
    if (*all[i] >= 0)
      close (*all[i]);
    *all[i] = -1;
  }
}

static gboolean
open_desk (Desk *desk, gboolean with_content, GError **error)
{
  *desk = (Desk) { -1, -1 };
  desk->answer = mado_fsio_memfd ("madoguchi-answer", NULL, error);
  if (desk->answer >= 0 && with_content)
    desk->content = mado_fsio_memfd ("madoguchi-content", NULL, error);
  if (desk->answer >= 0 && (desk->content >= 0 || !with_content))
    return TRUE;
  close_desk (desk);
  return FALSE;
}

/* Cut to its limits first: whoever reads it refuses what is over them. */
static gboolean
write_record (int fd, const MadoRecordType *type, gpointer record, GError **error)
{
  mado_record_clamp (type, record);
  g_autoptr (GBytes) bytes = mado_record_to_bytes (type, record);
  gsize size;
  const void *data = g_bytes_get_data (bytes, &size);

  return mado_fsio_write_all (fd, data, size, error);
}

static gboolean
copy_content (int from, int to, const MadoPart *part, const char *password, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  gsize size;
  const void *data;

  if (!mado_fsio_read_all (from, G_MAXINT, &bytes, error))
    return FALSE;
  if (password != NULL) {
    g_autofree char *name = g_strdup_printf ("%s.bin", part->sha256); /* nothing of a stranger's */
    return mado_locked_zip_write (to, name, bytes, password, error);
  }
  data = g_bytes_get_data (bytes, &size);
  return mado_fsio_write_all (to, data, size, error);
}

static gboolean
read_part (const Job *job, GError **error)
{
  g_autoptr (MadoPart) part = NULL;
  int fd = -1;
  gboolean ok;

  if (!mado_open_part (job->context, job->fd, job->offset, job->size, job->path, &part, &fd, error))
    return FALSE;
  ok = copy_content (fd, job->desk.content, part, job->password, error) && write_record (job->desk.answer, &mado_part_type, part, error);
  close (fd);
  return ok;
}

static gboolean
read_mail (const Job *job, GError **error)
{
  g_autoptr (MadoReport) report = NULL;

  return mado_open_mail (job->context, job->fd, job->offset, job->size, &report, error)
         && write_record (job->desk.answer, &mado_report_type, report, error);
}

static gboolean
read_outline (const Job *job, GError **error)
{
  g_autoptr (MadoReport) outline = NULL;

  return mado_open_outline (job->context, job->fd, job->offset, job->size, &outline, error)
         && write_record (job->desk.answer, &mado_report_type, outline, error);
}

static gboolean
enter_jail (const MadoConf *conf, GError **error)
{
  guint64 plaintext = (guint64) mado_conf_int (conf, "crypto", "max-plaintext");

  return mado_engines_adopt (error) && mado_sandbox_stay_in_group (error)
         && mado_sandbox_limit ((guint64) mado_conf_int (conf, "limits", "memory"),
                                (guint64) mado_conf_int (conf, "limits", "cpu"),
                                MAX (plaintext, MADO_REPORT_BYTES_MAX) + 1024 * 1024, error);
}

/* GLib ends a process that runs out of memory with a trap, which would look like a crash. */
static void
on_log (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  (void) data;
  if ((level & G_LOG_LEVEL_ERROR) && message != NULL && strstr (message, "failed to allocate") != NULL)
    _exit (OUT_OF_MEMORY);
  if (!(level & (G_LOG_FLAG_FATAL | G_LOG_LEVEL_ERROR)))
    return; /* a library that complains may quote the mail, and the log may not */
  g_log_default_handler (domain, level, "a library or we ourselves failed", NULL);
}

/* What a worker does about signals is not for us, nor for the engines. */
static void
reset_signals (void)
{
  static const int all[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGUSR2, SIGALRM };
  struct sigaction standard = { .sa_handler = SIG_DFL }, ignored = { .sa_handler = SIG_IGN };
  sigset_t none;

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    sigaction (all[i], &standard, NULL);
  sigaction (SIGPIPE, &ignored, NULL);
  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
}

static int
compare_numbers (gconstpointer a, gconstpointer b)
{
  return *(const int *) a - *(const int *) b;
}

/* Only the mail and the desk (-1: not there): not the worker's connection, on which the next mails come. */
static void
close_the_rest (const Job *job)
{
  int keep[] = { STDERR_FILENO, job->fd, job->desk.answer, job->desk.content };

  qsort (keep, G_N_ELEMENTS (keep), sizeof *keep, compare_numbers);
  for (gsize i = 0; i < G_N_ELEMENTS (keep); i++) {
    guint first = (guint) keep[i] + 1, last = i + 1 < G_N_ELEMENTS (keep) ? (guint) keep[i + 1] - 1 : G_MAXUINT;
    if (keep[i] >= STDERR_FILENO && first <= last)
      close_range (first, last, 0);
  }
}

/* The child's whole life. */
static void
serve_time (const Job *job)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;

  prctl (PR_SET_PDEATHSIG, SIGKILL);
  setpgid (0, 0);
  reset_signals ();
  g_log_set_default_handler (on_log, NULL);
  close_the_rest (job);
  if (enter_jail (job->context->conf, &error) && job->work (job, &error)) {
    mado_engines_cost (); /* so that whoever waits for us sees it */
    _exit (WORKED);
  }
  line = g_strdup_printf ("%s %s", error->domain == MADO_ERROR ? mado_error_name (error->code) : "bug", error->message);
  if (ftruncate (job->desk.answer, 0) == 0 && lseek (job->desk.answer, 0, SEEK_SET) == 0)
    mado_fsio_write_all (job->desk.answer, line, strlen (line), NULL);
  _exit (FAILED);
}

/* Waits for @pid at most @seconds, then ends its process group. @timed_out: did we have to? */
static int
await (pid_t pid, gint64 seconds, gboolean *timed_out)
{
  int handle = (int) syscall (SYS_pidfd_open, pid, 0);
  gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  int status = 0;

  *timed_out = FALSE;
  for (;;) {
    gint64 left = (deadline - g_get_monotonic_time ()) / 1000;
    struct pollfd poller = { handle, POLLIN, 0 };
    int ready;

    if (left <= 0) {
      *timed_out = TRUE;
      break;
    }
    ready = poll (&poller, handle >= 0 ? 1 : 0, handle >= 0 ? (int) left : 5);
    if (ready > 0 || (handle < 0 && waitpid (pid, &status, WNOHANG | WNOWAIT) == pid))
      break;
    if (ready < 0 && errno != EINTR)
      break;
  }
  kill (-pid, SIGKILL); /* engines that the child left, too */
  kill (pid, SIGKILL);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    ;
  if (handle >= 0)
    close (handle);
  return status;
}

static gpointer
read_record (int fd, const MadoRecordType *type, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;

  if (lseek (fd, 0, SEEK_SET) != 0 || !mado_fsio_read_all (fd, MADO_REPORT_BYTES_MAX, &bytes, error))
    return NULL;
  if (g_bytes_get_size (bytes) == 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "the child left nothing");
    return NULL;
  }
  return mado_record_from_bytes (type, bytes, error);
}

/* The error that the child wrote down. */
static gboolean
read_error (int fd, GError **error)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *line = NULL, *message = NULL;
  char *blank;

  if (lseek (fd, 0, SEEK_SET) != 0 || !mado_fsio_read_all (fd, 65536, &bytes, error))
    return FALSE;
  line = mado_text_of_bytes (bytes);
  blank = strchr (line, ' ');
  if (blank != NULL)
    *blank = '\0';
  message = g_utf8_make_valid (blank == NULL ? "no reason given" : blank + 1, -1);
  g_set_error_literal (error, MADO_ERROR, mado_error_code (line), message);
  return FALSE;
}

/* Why a child that did not end by itself is gone. NULL: it did. The soft limit of processor time
 * tells itself by SIGXCPU; SIGKILL is somebody else's doing. */
static const char *
why_gone (int status, gboolean timed_out, gboolean *is_limit)
{
  *is_limit = TRUE;
  if (timed_out)
    return "Reading this mail took longer than it may.";
  if (WIFEXITED (status) && (WEXITSTATUS (status) == WORKED || WEXITSTATUS (status) == FAILED))
    return NULL;
  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGXCPU)
    return "Reading this mail took more processor time than it may.";
  if (WIFSIGNALED (status) && WTERMSIG (status) == SIGXFSZ)
    return "This mail grew larger than we take when it was opened.";
  if (WIFEXITED (status) && WEXITSTATUS (status) == OUT_OF_MEMORY)
    return "Reading this mail took more memory than it may.";
  /* Somebody else killed it, or the machine was short of memory: it may go well the next time. */
  *is_limit = FALSE;
  return "The process that read this mail died.";
}

/* Runs @job in a child. TRUE when it ended by itself with an answer. @gone: why it did not; else @error is set. */
static gboolean
run (Job *job, const char **gone, gboolean *is_limit, GError **error)
{
  gint64 wall = mado_conf_int (job->context->conf, "limits", "wall");
  gboolean timed_out = FALSE;
  pid_t pid = fork ();
  int status;

  *gone = NULL;
  if (pid < 0)
    return mado_error_set_errno (error, "fork");
  if (pid == 0)
    serve_time (job);
  setpgid (pid, pid);
  status = await (pid, wall, &timed_out);
  *gone = why_gone (status, timed_out, is_limit);
  if (*gone != NULL)
    return FALSE;
  return WEXITSTATUS (status) == WORKED || read_error (job->desk.answer, error);
}

/* The outline of a mail whose reader is gone, by another child: nothing that the first one did is trusted. */
static MadoReport *
read_outline_of (const Job *lost, const char *why, gboolean is_limit, GError **error)
{
  Job job = *lost;
  MadoReport *report = NULL;
  gboolean is_limit_again;
  const char *gone;

  job.work = read_outline;
  if (!open_desk (&job.desk, FALSE, error))
    return NULL;
  if (run (&job, &gone, &is_limit_again, NULL))
    report = read_record (job.desk.answer, &mado_report_type, NULL);
  close_desk (&job.desk);
  if (report == NULL) {
    g_set_error (error, MADO_ERROR, is_limit ? MADO_ERROR_LIMIT : MADO_ERROR_BUG, "%s", why);
    return NULL;
  }
  report->undecryptable = mado_undecryptable_new ();
  report->undecryptable->reason = g_strdup (is_limit ? "limit" : "crash");
  g_strfreev (report->problems);
  report->problems = g_new0 (char *, 2);
  report->problems[0] = g_strdup (why);
  return report;
}

gboolean
mado_jail_open (const MadoOpenContext *context, int fd, guint64 offset, guint64 size, MadoReport **report, GError **error)
{
  Job job = { read_mail, context, fd, offset, size, NULL, NULL, { -1, -1 } };
  MadoReport *found = NULL;
  gboolean is_limit = FALSE;
  const char *gone;

  if (!open_desk (&job.desk, FALSE, error))
    return FALSE;
  if (run (&job, &gone, &is_limit, error))
    found = read_record (job.desk.answer, &mado_report_type, error);
  else if (gone != NULL)
    found = read_outline_of (&job, gone, is_limit, error);
  close_desk (&job.desk);
  if (found != NULL)
    *report = found;
  return found != NULL;
}

gboolean
mado_jail_part (const MadoOpenContext *context, int fd, guint64 offset, guint64 size, const char *path, const char *password,
                MadoPart **part, int *fd_out, GError **error)
{
  Job job = { read_part, context, fd, offset, size, path, password, { -1, -1 } };
  MadoPart *found = NULL;
  gboolean is_limit = FALSE;
  const char *gone;

  if (!open_desk (&job.desk, TRUE, error))
    return FALSE;
  if (run (&job, &gone, &is_limit, error))
    found = read_record (job.desk.answer, &mado_part_type, error);
  else if (gone != NULL)
    g_set_error (error, MADO_ERROR, is_limit ? MADO_ERROR_LIMIT : MADO_ERROR_BUG, "%s", gone);
  if (found != NULL && lseek (job.desk.content, 0, SEEK_SET) != 0) {
    g_clear_pointer (&found, mado_part_free);
    mado_error_set_errno (error, "lseek");
  }
  if (found != NULL) {
    *part = found;
    *fd_out = job.desk.content;
    job.desk.content = -1;
  }
  close_desk (&job.desk);
  return found != NULL;
}
