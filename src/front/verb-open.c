/* verb-open.c: `madoguchi open`: one mail, opened as the opener would, in a child that dies with it; stores
 * nothing and needs no daemon. GnuPG homes live in a private directory that is removed afterwards. */
#include "madoguchi/front/verbs.h"
#include "madoguchi/front/member.h"
#include "madoguchi/front/view.h"
#include "madoguchi/front/view-report.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Copies @from into a file in memory. Errors: LIMIT over @max bytes, TEMP. */
static int
copy_to_memory (int from, guint64 max, guint64 *size, GError **error)
{
  g_autofree char *buffer = g_malloc (65536);
  int fd = mado_fsio_memfd ("mail", NULL, error);
  gboolean ok = fd >= 0;

  *size = 0;
  while (ok) {
    gssize got = read (from, buffer, 65536);
    if (got < 0 && errno == EINTR)
      continue;
    if (got == 0)
      return fd;
    ok = got > 0 ? mado_fsio_write_all (fd, buffer, (gsize) got, error) : mado_error_set_errno (error, "read");
    *size += ok ? (guint64) got : 0;
    if (*size > max) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "more than [intake] size-limit, %" G_GUINT64_FORMAT " bytes", max);
      ok = FALSE;
    }
  }
  if (fd >= 0)
    close (fd);
  return -1;
}

/* Always a copy: a file that shrinks while it is mapped would kill its reader. */
static int
open_input (const char *path, guint64 max, guint64 *size, GError **error)
{
  gboolean is_stdin = strcmp (path, "-") == 0;
  int from = is_stdin ? STDIN_FILENO : mado_member_open_file (path, error);
  struct stat info;
  int fd;

  if (from < 0)
    return -1;
  if (fstat (from, &info) == 0 && S_ISDIR (info.st_mode)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_PERM, "%s: a directory", path);
    close (from);
    return -1;
  }
  fd = copy_to_memory (from, max, size, error);
  if (!is_stdin)
    close (from);
  if (fd < 0)
    g_prefix_error (error, "%s: ", path);
  return fd;
}

/* (transfer full) a private directory with a name short enough for an agent's socket. */
static char *
make_runtime (GError **error)
{
  const char *tmp = g_getenv ("TMPDIR");
  char *path = g_strdup_printf ("%s/mdXXXXXX", tmp != NULL && *tmp == '/' && strlen (tmp) <= 40 ? tmp : "/tmp");

  if (g_mkdtemp (path) != NULL)
    return path;
  mado_error_set_errno (error, path);
  g_free (path);
  return NULL;
}

static gboolean
show (MadoCli *cli, const MadoReport *report, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (cli->options.json)
    return mado_member_print_json (cli, &mado_report_type, report, error);
  mado_view_report (text, mado_view_columns (STDOUT_FILENO), report);
  return mado_cli_print (cli, text->str, error);
}

gboolean
mado_verb_open (MadoCli *cli, GError **error)
{
  guint64 max = (guint64) mado_conf_int (cli->conf, "intake", "size-limit"), size;
  const char *path = mado_cli_argument (cli, 0);
  g_autoptr (MadoReport) report = NULL;
  g_autoptr (GError) left = NULL;
  int fd = open_input (path, max, &size, error);
  gboolean ok = FALSE;

  if (fd < 0)
    return FALSE;
  g_autofree char *runtime = make_runtime (error);
  if (runtime != NULL) {
    ok = cli->hooks->open_mail (cli->conf, runtime, fd, size, &report, error);
    if (!mado_fsio_remove_tree (runtime, &left))
      mado_cli_warn (left->message);
  }
  close (fd);
  return ok && show (cli, report, error);
}
