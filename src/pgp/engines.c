/* engines.c: see engines.h. The processes are not known by number: they are the children that this process never had, in
 * its own group. Whoever leads no group, or takes nobody in, could hit strangers, and does nothing. */
#include "madoguchi/pgp/engines.h"

#include "madoguchi/base/error.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

gboolean
mado_engines_adopt (GError **error)
{
  return prctl (PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 || mado_error_set_errno (error, "subreaper");
}

static gboolean
takes_in (void)
{
  int is_reaper = 0;

  return getpgrp () == getpid () && prctl (PR_GET_CHILD_SUBREAPER, &is_reaper, 0, 0, 0) == 0 && is_reaper;
}

gboolean
mado_engines_end (void)
{
  struct sigaction ignored = { .sa_handler = SIG_IGN }, before;
  gboolean ran_out = FALSE;
  int status;

  if (!takes_in () || sigaction (SIGTERM, &ignored, &before) != 0)
    return FALSE;
  kill (0, SIGTERM);
  sigaction (SIGTERM, &before, NULL);
  for (;;) {
    pid_t pid = waitpid (-1, &status, 0);
    if (pid < 0 && errno != EINTR)
      return ran_out;
    ran_out |= pid > 0 && WIFSIGNALED (status) && WTERMSIG (status) == SIGXCPU;
  }
}

gint64
mado_engines_cost (void)
{
  struct rusage usage;

  if (!takes_in ())
    return 0;
  while (waitpid (-1, NULL, WNOHANG) > 0)
    ;
  if (getrusage (RUSAGE_CHILDREN, &usage) != 0)
    return 0;
  return (gint64) (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * G_USEC_PER_SEC + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}
