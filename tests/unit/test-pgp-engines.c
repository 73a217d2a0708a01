/* Engines that outlive their operation are ended and counted; nobody else's processes are touched. */
#include "madoguchi/pgp/engines.h"

#include <glib.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* Starts a process as GPGME does: its parent ends at once. It burns time, at most @seconds of it. */
static void
start_engine (rlim_t seconds)
{
  pid_t pid = fork ();

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0) {
    if (fork () == 0) {
      struct rlimit limit = { seconds, seconds + 1 };
      setrlimit (RLIMIT_CPU, &limit);
      for (volatile guint64 i = 0;; i++)
        ;
    }
    _exit (0);
  }
  g_assert_cmpint (waitpid (pid, NULL, 0), ==, pid);
}

typedef int (*Work) (void);

/* What @work returns in a process of its own, which leads a group when @leads. */
static int
run_alone (Work work, gboolean leads)
{
  pid_t pid = fork ();
  int status = 0;

  g_assert_cmpint (pid, >=, 0);
  if (pid == 0) {
    if (leads)
      setpgid (0, 0);
    _exit (work ());
  }
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static int
end_one (void)
{
  if (!mado_engines_adopt (NULL))
    return 1;
  start_engine (30);
  if (mado_engines_end ()) /* it was ended by us */
    return 2;
  return waitpid (-1, NULL, WNOHANG) < 0 && mado_engines_cost () < 5 * G_USEC_PER_SEC ? 0 : 3;
}

static int
count_spent (void)
{
  siginfo_t info;

  if (!mado_engines_adopt (NULL))
    return 1;
  start_engine (1);
  while (waitid (P_ALL, 0, &info, WEXITED | WNOWAIT) != 0)
    ;
  return mado_engines_cost () > G_USEC_PER_SEC / 2 ? 0 : 2;
}

/* One that died of its limit before it was asked to end. */
static int
tell_spent (void)
{
  siginfo_t info;

  if (!mado_engines_adopt (NULL))
    return 1;
  start_engine (1);
  if (waitid (P_ALL, 0, &info, WEXITED | WNOWAIT) != 0)
    return 2;
  return mado_engines_end () ? 0 : 3;
}

static int
leave_strangers (void)
{
  /* Leads no group: the signal would reach the whole test. */
  return mado_engines_adopt (NULL) && !mado_engines_end () ? 0 : 1;
}

static int
do_nothing (void)
{
  /* Takes nobody in. */
  return !mado_engines_end () && mado_engines_cost () == 0 ? 0 : 1;
}

static void
test_end (void)
{
  g_assert_cmpint (run_alone (end_one, TRUE), ==, 0);
}

static void
test_spent (void)
{
  g_assert_cmpint (run_alone (tell_spent, TRUE), ==, 0);
  g_assert_cmpint (run_alone (count_spent, TRUE), ==, 0);
}

static void
test_strangers (void)
{
  g_assert_cmpint (run_alone (leave_strangers, FALSE), ==, 0);
  g_assert_cmpint (run_alone (do_nothing, TRUE), ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/pgp/engines/end", test_end);
  g_test_add_func ("/pgp/engines/spent", test_spent);
  g_test_add_func ("/pgp/engines/strangers", test_strangers);
  return g_test_run ();
}
