/* secret.c: see secret.h. Must never copy a secret into memory that it does not clear. */
#include "madoguchi/base/secret.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void
let_go (gpointer memory)
{
  explicit_bzero (memory, MADO_SECRET_MAX);
  munmap (memory, MADO_SECRET_MAX);
}

/* Locking is a favour of the system: without it the memory is as safe as the swap space is. */
static void *
take_memory (GError **error)
{
  void *memory = mmap (NULL, MADO_SECRET_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (memory == MAP_FAILED) {
    mado_error_set_errno (error, "memory for a secret");
    return NULL;
  }
  mlock (memory, MADO_SECRET_MAX);
  madvise (memory, MADO_SECRET_MAX, MADV_DONTDUMP);
  return memory;
}

static gboolean
read_whole (int fd, void *memory, gsize size, GError **error)
{
  gsize done = 0;

  while (done < size) {
    gssize got = pread (fd, (char *) memory + done, size - done, (off_t) done);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return got < 0 ? mado_error_set_errno (error, "read a secret")
                     : (g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "a secret that was cut"), FALSE);
    done += (gsize) got;
  }
  return TRUE;
}

GBytes *
mado_secret_take (int fd, GError **error)
{
  struct stat info;
  void *memory;

  if (fd < 0 || fstat (fd, &info) != 0 || !S_ISREG (info.st_mode) || info.st_size < 1 || info.st_size > MADO_SECRET_MAX) {
    g_set_error_literal (error, MADO_ERROR, MADO_ERROR_PERM, "no secret came along");
    return NULL;
  }
  memory = take_memory (error);
  if (memory == NULL)
    return NULL;
  if (!read_whole (fd, memory, (gsize) info.st_size, error) || !mado_secret_wipe (fd, error)) {
    let_go (memory);
    return NULL;
  }
  return g_bytes_new_with_free_func (memory, (gsize) info.st_size, let_go, memory);
}

int
mado_secret_memfd (GBytes *secret, GError **error)
{
  return mado_fsio_memfd ("madoguchi-secret", secret, error);
}

gboolean
mado_secret_wipe (int fd, GError **error)
{
  static const char zeros[MADO_SECRET_MAX];
  struct stat info;
  gsize left;

  if (fstat (fd, &info) != 0 || lseek (fd, 0, SEEK_SET) != 0)
    return mado_error_set_errno (error, "wipe a secret");
  left = info.st_size > 0 ? (gsize) info.st_size : 0;
  while (left > 0) {
    gsize part = MIN (left, sizeof zeros);
    if (!mado_fsio_write_all (fd, zeros, part, error))
      return FALSE;
    left -= part;
  }
  return lseek (fd, 0, SEEK_SET) == 0 || mado_error_set_errno (error, "wipe a secret");
}

gboolean
mado_secret_is_vault (const void *bytes, gsize length)
{
  return length >= strlen (MADO_SECRET_TITLE) && memcmp (bytes, MADO_SECRET_TITLE, strlen (MADO_SECRET_TITLE)) == 0;
}
