/* fsio.c: see fsio.h. */
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

gboolean
mado_fsio_write_all (int fd, const void *bytes, gsize length, GError **error)
{
  const char *next = bytes;

  while (length > 0) {
    gssize done = write (fd, next, length);
    if (done < 0 && errno == EINTR)
      continue;
    if (done < 0)
      return mado_error_set_errno (error, "write");
    next += done;
    length -= (gsize) done;
  }
  return TRUE;
}

gboolean
mado_fsio_read_all (int fd, gsize max, GBytes **bytes, GError **error)
{
  g_autoptr (GByteArray) all = g_byte_array_new ();
  guint8 chunk[65536];

  for (;;) {
    gssize got = read (fd, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return mado_error_set_errno (error, "read");
    if (got == 0)
      break;
    if (all->len + (gsize) got > max) {
      g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "more than %" G_GSIZE_FORMAT " bytes", max);
      return FALSE;
    }
    g_byte_array_append (all, chunk, (guint) got);
  }
  *bytes = g_byte_array_free_to_bytes (g_steal_pointer (&all));
  return TRUE;
}

gboolean
mado_fsio_read_file (const char *path, gsize max, GBytes **bytes, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  gboolean ok;

  if (fd < 0)
    return mado_error_set_errno (error, path);
  ok = mado_fsio_read_all (fd, max, bytes, error);
  close (fd);
  if (!ok)
    g_prefix_error (error, "%s: ", path);
  return ok;
}

static gboolean
write_new_file (int dirfd, const char *name, GBytes *bytes, int mode, GError **error)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);
  int fd = openat (dirfd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);
  gboolean ok;

  if (fd < 0)
    return mado_error_set_errno (error, name);
  /* The mode is a promise to the readers: our umask must not narrow it, an old file not widen it. */
  ok = fchmod (fd, (mode_t) mode) == 0 || mado_error_set_errno (error, name);
  ok = ok && mado_fsio_write_all (fd, data, length, error);
  if (ok && fsync (fd) != 0)
    ok = mado_error_set_errno (error, "fsync");
  close (fd);
  return ok;
}

gboolean
mado_fsio_replace (const char *path, GBytes *bytes, int mode, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *beside = g_strdup_printf (".%s.%d.new", name, (int) getpid ());
  int dirfd = open (parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok;

  if (dirfd < 0)
    return mado_error_set_errno (error, parent);
  ok = write_new_file (dirfd, beside, bytes, mode, error);
  if (ok && renameat (dirfd, beside, dirfd, name) != 0)
    ok = mado_error_set_errno (error, path);
  if (!ok)
    unlinkat (dirfd, beside, 0);
  ok = ok && mado_fsio_sync_dir (dirfd, error);
  close (dirfd);
  return ok;
}

gboolean
mado_fsio_sync_dir (int dirfd, GError **error)
{
  return fsync (dirfd) == 0 || mado_error_set_errno (error, "fsync of a directory");
}

int
mado_fsio_open_dir (const char *path, int mode, GError **error)
{
  int fd;

  if (g_mkdir_with_parents (path, mode) != 0) {
    mado_error_set_errno (error, path);
    return -1;
  }
  fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    mado_error_set_errno (error, path);
  return fd;
}

int
mado_fsio_memfd (const char *name, GBytes *bytes, GError **error)
{
  int fd = memfd_create (name, MFD_CLOEXEC);
  gsize length = 0;
  const void *data = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

  if (fd < 0) {
    mado_error_set_errno (error, "memfd_create");
    return -1;
  }
  gboolean ok = mado_fsio_write_all (fd, data, length, error);
  if (ok && lseek (fd, 0, SEEK_SET) != 0)
    ok = mado_error_set_errno (error, "lseek");
  if (ok)
    return fd;
  close (fd);
  return -1;
}

/* Empties the directory @dirfd, and closes it. */
static gboolean
empty_dir (int dirfd, GError **error)
{
  DIR *dir = fdopendir (dirfd);
  struct dirent *entry;
  gboolean ok = TRUE;

  if (dir == NULL) {
    close (dirfd);
    return mado_error_set_errno (error, "fdopendir");
  }
  while (ok && (entry = readdir (dir)) != NULL) {
    if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
      continue;
    if (unlinkat (dirfd, entry->d_name, 0) == 0 || errno == ENOENT)
      continue;
    int child = openat (dirfd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    ok = child >= 0 ? empty_dir (child, error) : mado_error_set_errno (error, entry->d_name);
    if (ok && unlinkat (dirfd, entry->d_name, AT_REMOVEDIR) != 0 && errno != ENOENT)
      ok = mado_error_set_errno (error, entry->d_name);
  }
  closedir (dir);
  return ok;
}

gboolean
mado_fsio_remove_tree (const char *path, GError **error)
{
  int dirfd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (dirfd < 0)
    return errno == ENOENT || mado_error_set_errno (error, path);
  if (!empty_dir (dirfd, error))
    return FALSE;
  return rmdir (path) == 0 || errno == ENOENT || mado_error_set_errno (error, path);
}

guint64
mado_fsio_free_bytes (int fd)
{
  struct statvfs fs;

  return fstatvfs (fd, &fs) == 0 ? (guint64) fs.f_bavail * fs.f_frsize : 0;
}

gboolean
mado_fsio_lacks_journal (int fd)
{
  g_autofree char *device = NULL, *target = NULL, *name = NULL, *state = NULL, *text = NULL;
  struct stat info;

  if (fstat (fd, &info) != 0)
    return FALSE;
  device = g_strdup_printf ("/sys/dev/block/%u:%u", major (info.st_dev), minor (info.st_dev));
  target = g_file_read_link (device, NULL);
  if (target == NULL)
    return FALSE;
  name = g_path_get_basename (target);
  state = g_build_filename ("/sys/fs/ext4", name, "journal_task", NULL);
  return g_file_get_contents (state, &text, NULL, NULL) && g_str_has_prefix (text, "<none>");
}
