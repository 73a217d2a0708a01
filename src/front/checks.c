/* checks.c: see checks.h. Each check stands alone: one that fails never hides another. */
#include "madoguchi/front/checks.h"
#include "madoguchi/front/checks-keys.h"
#include "madoguchi/front/checks-publish.h"
#include "madoguchi/front/checks-postfix.h"
#include "madoguchi/front/checks-roles.h"
#include "madoguchi/front/checks-smime.h"
#include "madoguchi/front/checks-milter.h"
#include "madoguchi/front/checks-vault.h"
#include "madoguchi/front/checks-web.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/text.h"
#include "madoguchi/base/words.h"
#include "madoguchi/pgp/home.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <unistd.h>

#define SLOW_US (100 * 1000)
/* 2025-01-01: a clock before the program was written is wrong. */
#define EARLIEST G_GINT64_CONSTANT (1735689600)

typedef struct {
  const MadoConf *conf;
  const MadoCliHooks *hooks;
  MadoCheckReport report;
  gpointer data;
} Checks;

static void say (const Checks *checks, const char *name, MadoCheckStatus status, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

static void
say (const Checks *checks, const char *name, MadoCheckStatus status, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_autofree char *detail = g_strdup_vprintf (format, list);
  va_end (list);
  checks->report (checks->data, name, status, detail);
}

/* What stat(2) failing tells: not there yet, not for this user to see, or trouble. */
static MadoCheckStatus
judge_errno (int code)
{
  return code == ENOENT || code == EACCES ? MADO_CHECK_WARN : MADO_CHECK_FAIL;
}

static gint64
now_seconds (void)
{
  return g_get_real_time () / G_USEC_PER_SEC;
}

/* --- files ------------------------------------------------------------------------------------------- */

/* Nobody but the owner (and, for the runtime directory, the group) may come in. */
static void
check_directory (const Checks *checks, const char *name, const char *path, int forbidden)
{
  struct stat info;

  if (path == NULL)
    say (checks, name, MADO_CHECK_FAIL, "not set");
  else if (stat (path, &info) != 0)
    say (checks, name, judge_errno (errno), "%s: %s", path, g_strerror (errno));
  else if (!S_ISDIR (info.st_mode))
    say (checks, name, MADO_CHECK_FAIL, "%s: not a directory", path);
  else if ((info.st_mode & (mode_t) forbidden) != 0)
    say (checks, name, MADO_CHECK_FAIL, "%s: mode %04o lets others in", path, (guint) info.st_mode & 07777);
  else
    say (checks, name, MADO_CHECK_OK, "%s", path);
}

static void
check_store (const Checks *checks)
{
  const char *url = mado_conf_string (checks->conf, "store", "url");
  struct stat info;

  if (url == NULL || !g_str_has_prefix (url, "sqlite:")) {
    say (checks, "store", MADO_CHECK_FAIL, "[store] url is not sqlite:PATH");
    return;
  }
  url += strlen ("sqlite:");
  if (stat (url, &info) != 0)
    say (checks, "store", judge_errno (errno), "%s: %s", url, g_strerror (errno));
  else if ((info.st_mode & 077) != 0)
    say (checks, "store", MADO_CHECK_FAIL, "%s: mode %04o lets others read it", url, (guint) info.st_mode & 07777);
  else
    say (checks, "store", MADO_CHECK_OK, "%s", url);
}

static void
check_disk (const Checks *checks)
{
  const char *path = mado_conf_string (checks->conf, "spool", "directory");
  guint64 min = (guint64) mado_conf_int (checks->conf, "intake", "min-free");
  int fd = path != NULL ? open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
  gboolean lacks_journal;
  guint64 bytes;

  if (fd < 0) {
    say (checks, "disk", MADO_CHECK_WARN, "the spool is not there to look at");
    return;
  }
  bytes = mado_fsio_free_bytes (fd);
  lacks_journal = mado_fsio_lacks_journal (fd);
  close (fd);
  g_autofree char *size = g_format_size (bytes);
  say (checks, "disk", bytes < min ? MADO_CHECK_FAIL : bytes < 2 * min ? MADO_CHECK_WARN : MADO_CHECK_OK, "%s free%s", size,
       bytes < min ? N_ (", less than [intake] min-free: mail is being refused") : "");
  if (lacks_journal)
    say (checks, "journal", MADO_CHECK_WARN, "%s is on ext4 without a journal: a power cut can lose mails that are just opened",
         path);
}

static void
check_clock (const Checks *checks)
{
  g_autofree char *time = mado_text_time (now_seconds ());
  struct timex kept = { 0 };

  say (checks, "clock", now_seconds () < EARLIEST ? MADO_CHECK_FAIL : MADO_CHECK_OK, "%s", time);
  int result = adjtimex (&kept); /* only asks: modes is 0 */
  mado_checks_clock_kept (result, kept.status, checks->report, checks->data);
}

/* --- keys ------------------------------------------------------------------------------------------- */

/* Signs a few bytes with the team key in @home. FALSE and @detail when that failed. */
static gboolean
sign_once (const Checks *checks, const char *home, gint64 *took_us, char **detail)
{
  const char *key = mado_conf_string (checks->conf, "team", "key");
  /* The restricted socket of another user's agent takes no options. */
  gboolean is_foreign = mado_conf_list (checks->conf, "crypto", "sign-agent")[0] != NULL;
  const char *argv[] = { "gpg", "--homedir", home, "--batch", "--no-tty", "--pinentry-mode", is_foreign ? "default" : "error",
                         "--local-user", key, "--detach-sign", "--output", "-", NULL };
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) text = g_bytes_new_static ("doctor\n", 7);
  g_autoptr (GSubprocess) child = g_subprocess_newv (
      argv, G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &problem);
  g_autoptr (GBytes) signature = NULL, words = NULL;
  gint64 start = g_get_monotonic_time ();

  if (child == NULL || !g_subprocess_communicate (child, text, NULL, &signature, &words, &problem)) {
    *detail = g_strdup (problem->message);
    return FALSE;
  }
  *took_us = g_get_monotonic_time () - start;
  if (g_subprocess_get_successful (child))
    return TRUE;
  *detail = g_strndup (g_bytes_get_data (words, NULL), MIN (g_bytes_get_size (words), 300));
  return FALSE;
}

/* The agent is asked as a signer's worker would ask it. The first signature also starts the agent, so the second
 * one is timed. A slow one means a passphrase with a costly derivation (see facts in ARCHITECTURE.md). */
static void
check_agent (const Checks *checks)
{
  g_autoptr (GError) problem = NULL;
  g_autofree char *runtime = g_strdup ("/tmp/mdXXXXXX");
  g_autofree char *detail = NULL;
  gint64 took = 0;

  if (mado_conf_string (checks->conf, "team", "key") == NULL)
    return;
  if (g_mkdtemp (runtime) == NULL) {
    say (checks, "agent", MADO_CHECK_WARN, "no temporary directory to ask from");
    return;
  }
  g_autoptr (MadoPgpHome) home = mado_pgp_home_new (checks->conf, runtime, MADO_PGP_SIGN, 0, &problem);
  if (home == NULL || !mado_pgp_home_check_agent (home, &problem))
    say (checks, "agent", MADO_CHECK_FAIL, "%s", problem->message);
  else if (!sign_once (checks, mado_pgp_home_path (home), &took, &detail)
           || !sign_once (checks, mado_pgp_home_path (home), &took, &detail))
    say (checks, "agent", MADO_CHECK_FAIL, "the team key cannot sign: %s", detail);
  else
    say (checks, "agent", took > SLOW_US ? MADO_CHECK_WARN : MADO_CHECK_OK, "one signature takes %" G_GINT64_FORMAT " ms%s",
         took / 1000, took > SLOW_US ? N_ (": is the key protected by a passphrase?") : "");
  g_clear_pointer (&home, mado_pgp_home_close);
  mado_fsio_remove_tree (runtime, NULL);
}

/* --- mail server and the rest ------------------------------------------------------------------------ */

static void
check_templates (const Checks *checks)
{
  g_autoptr (GError) problem = NULL;

  if (checks->hooks->check_templates == NULL)
    return;
  if (checks->hooks->check_templates (checks->conf, &problem))
    say (checks, "templates", MADO_CHECK_OK, "all load");
  else
    say (checks, "templates", MADO_CHECK_FAIL, "%s", problem->message);
}

static void
check_forms (const Checks *checks)
{
  g_autoptr (GPtrArray) problems = checks->hooks->check_forms == NULL ? NULL : checks->hooks->check_forms (checks->conf);

  for (guint i = 0; problems != NULL && i < problems->len; i++)
    say (checks, "forms", MADO_CHECK_FAIL, "%s", (const char *) problems->pdata[i]);
  if (problems != NULL && problems->len == 0)
    say (checks, "forms", MADO_CHECK_OK, "all templates load");
}

void
mado_checks_run (const MadoConf *conf, const MadoCliHooks *hooks, MadoCheckReport report, gpointer data)
{
  const Checks checks = { conf, hooks, report, data };

  check_directory (&checks, "spool", mado_conf_string (conf, "spool", "directory"), 0007);
  check_store (&checks);
  mado_checks_vault (conf, report, data);
  check_directory (&checks, "archive", mado_conf_string (conf, "store", "archive"), 0027);
  check_directory (&checks, "gnupg-home", mado_conf_string (conf, "crypto", "gnupg-home"), 0027);
  check_directory (&checks, "runtime", mado_conf_string (conf, "runtime", "directory"), 0002);
  mado_checks_roles (conf, report, data);
  check_disk (&checks);
  check_clock (&checks);
  mado_checks_keys (conf, now_seconds (), report, data);
  check_agent (&checks);
  mado_checks_smime (conf, now_seconds (), report, data);
  check_templates (&checks);
  check_forms (&checks);
  mado_checks_publish (conf, now_seconds (), report, data);
  mado_checks_postfix (conf, report, data);
  mado_checks_milter (conf, report, data);
  mado_checks_web (conf, report, data);
  if (mado_conf_bool (conf, "runtime", "insecure-single-uid"))
    say (&checks, "single-uid", MADO_CHECK_WARN, "all roles share one user: no protection between them (a demonstration)");
  else
    say (&checks, "single-uid", MADO_CHECK_OK, "off: every role must have its own user");
}
