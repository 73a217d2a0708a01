/* erase.c: see erase.h. Called by the keeper when a ticket is erased; must never follow a link or take a name with a slash. */
#include "madoguchi/spool/erase.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/qid.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

gboolean
mado_spool_erase (const char *archive, const char *id, gint64 received, GError **error)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (received);
  g_autofree char *day = when != NULL ? g_date_time_format (when, "%Y-%m-%d") : g_strdup ("1970-01-01");
  g_autofree char *path = g_build_filename (archive, day, NULL);
  int dirfd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  gboolean ok;

  if (dirfd < 0)
    return errno == ENOENT || mado_error_set_errno (error, path);
  if (!mado_qid_is_valid (id)) {
    close (dirfd);
    g_set_error (error, MADO_ERROR, MADO_ERROR_BUG, "not a queue id");
    return FALSE;
  }
  g_autofree char *unfinished = g_strdup_printf (".%s.new", id); /* of a step that failed, or a crash (desk/archive.c) */
  ok = unlinkat (dirfd, unfinished, 0) == 0 || errno == ENOENT || mado_error_set_errno (error, unfinished);
  ok = ok && (unlinkat (dirfd, id, 0) == 0 || errno == ENOENT || mado_error_set_errno (error, id));
  ok = ok && mado_fsio_sync_dir (dirfd, error);
  close (dirfd);
  return ok;
}
