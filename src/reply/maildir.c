/* maildir.c: see maildir.h. */
#include "madoguchi/reply/maildir.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Names start with this much of the SHA-256 of the Message-ID. */
#define NAME_HEX 40

gboolean
mado_maildir_make (const char *path, GError **error)
{
  static const char *const parts[] = { "tmp", "new", "cur" };

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++) {
    g_autofree char *part = g_build_filename (path, parts[i], NULL);
    if (g_mkdir_with_parents (part, 0700) != 0)
      return mado_error_set_errno (error, part);
  }
  return TRUE;
}

static gboolean
copy_bytes (int from, int to, GError **error)
{
  guint8 chunk[65536];
  off_t at = 0;
  gssize got;

  while ((got = pread (from, chunk, sizeof chunk, at)) != 0) {
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return mado_error_set_errno (error, "read");
    if (!mado_fsio_write_all (to, chunk, (gsize) got, error))
      return FALSE;
    at += got;
  }
  return fsync (to) == 0 || mado_error_set_errno (error, "fsync");
}

static gboolean
write_tmp (const char *path, int fd, GError **error)
{
  int out = open (path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  gboolean ok;

  if (out < 0)
    return mado_error_set_errno (error, path);
  ok = copy_bytes (fd, out, error);
  close (out);
  if (!ok)
    unlink (path);
  return ok;
}

/* Did a reader already move @name to cur/ ("NAME:2,FLAGS")? */
static gboolean
is_read (const char *path, const char *name)
{
  g_autofree char *cur = g_build_filename (path, "cur", NULL);
  g_autoptr (GDir) dir = g_dir_open (cur, 0, NULL);
  const char *entry;

  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (entry, name))
      return TRUE;
  return FALSE;
}

static gboolean
sync_new (const char *path, GError **error)
{
  g_autofree char *new = g_build_filename (path, "new", NULL);
  int dirfd = mado_fsio_open_dir (new, 0700, error);
  gboolean ok;

  if (dirfd < 0)
    return FALSE;
  ok = mado_fsio_sync_dir (dirfd, error);
  close (dirfd);
  return ok;
}

gboolean
mado_maildir_deliver (const char *path, const char *message_id, int fd, char **name, GError **error)
{
  g_autofree char *hash = g_compute_checksum_for_string (G_CHECKSUM_SHA256, message_id, -1);
  g_autofree char *file = g_strdup_printf ("%.*s.madoguchi", NAME_HEX, hash);
  g_autofree char *tmp = g_strdup_printf ("%s/tmp/%s.%d", path, file, (int) getpid ());
  g_autofree char *new = g_build_filename (path, "new", file, NULL);

  if (!is_read (path, file)) {
    if (!write_tmp (tmp, fd, error))
      return FALSE;
    if (rename (tmp, new) != 0) {
      mado_error_set_errno (error, new);
      unlink (tmp);
      return FALSE;
    }
    if (!sync_new (path, error))
      return FALSE;
  }
  *name = g_steal_pointer (&file);
  return TRUE;
}
