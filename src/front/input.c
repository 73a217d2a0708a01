/* input.c: see input.h. Called by the verbs that look at one file: open, policy. */
#include "madoguchi/front/input.h"

#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/front/member.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_LINES 500
#define TEXT_HEADER "MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: 8bit\n\n"

/* Does @bytes begin with the header of a mail? A form may begin with "Date: ...", too: it takes more than one field, or one
 * that only mails have. */
static gboolean
is_mail (const char *bytes, gsize size)
{
  static const char *const sure[] = { "received", "return-path", "message-id", "mime-version", "content-type", "x-mailer", NULL };
  static const char *const common[] = { "subject", "date", "to", NULL };
  g_autofree char *start = g_strndup (bytes, MIN (size, (gsize) 65536));
  g_auto (GStrv) lines = g_strsplit (start, "\n", HEADER_LINES);
  gboolean has_from = FALSE, has_common = FALSE;

  for (guint i = 0; lines[i] != NULL && *g_strchomp (lines[i]) != '\0'; i++) {
    const char *colon = strchr (lines[i], ':');
    g_autofree char *name = colon == NULL ? NULL : g_ascii_strdown (lines[i], colon - lines[i]);
    if (name == NULL)
      continue;
    if (g_strv_contains (sure, name))
      return TRUE;
    has_from = has_from || strcmp (name, "from") == 0;
    has_common = has_common || g_strv_contains (common, name);
  }
  return has_from && has_common;
}

/* Copies @from into a file in memory; with @may_be_text behind a header, if it has none. Errors: LIMIT over @max bytes,
 * TEMP. */
static int
copy_to_memory (int from, guint64 max, gboolean may_be_text, guint64 *size, GError **error)
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
    if (got > 0 && *size == 0 && may_be_text && !is_mail (buffer, (gsize) got)) {
      ok = mado_fsio_write_all (fd, TEXT_HEADER, strlen (TEXT_HEADER), error);
      *size = strlen (TEXT_HEADER);
    }
    ok = ok && (got > 0 ? mado_fsio_write_all (fd, buffer, (gsize) got, error) : mado_error_set_errno (error, "read"));
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
open_input (const char *path, guint64 max, gboolean may_be_text, guint64 *size, GError **error)
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
  fd = copy_to_memory (from, max, may_be_text, size, error);
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

gboolean
mado_input_read (MadoCli *cli, const char *path, MadoMailReader reader, gboolean may_be_text, MadoReport **report, GError **error)
{
  guint64 max = (guint64) mado_conf_int (cli->conf, "intake", "size-limit"), size;
  g_autoptr (GError) left = NULL;
  int fd = open_input (path, max, may_be_text, &size, error);
  gboolean ok = FALSE;

  if (fd < 0)
    return FALSE;
  g_autofree char *runtime = make_runtime (error);
  if (runtime != NULL) {
    ok = reader (cli->conf, runtime, fd, size, report, error);
    if (!mado_fsio_remove_tree (runtime, &left))
      mado_cli_warn (left->message);
  }
  close (fd);
  return ok;
}
