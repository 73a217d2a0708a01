/* spool.c: see spool.h. The directories of the spool and what moves between them.
 *
 * Called by the intake (writer), the keeper (claim, remove) and the command line. Every step that changes the
 * disk asks the fault hook first, so that tests can stop the machine there. Nothing is ever replaced: renames
 * refuse an existing name, and what does not fit is moved aside, never deleted.
 */
#include "madoguchi/spool/spool.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/hash.h"
#include "madoguchi/base/qid.h"
#include "madoguchi/spool/format.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Raw bytes are gathered to this size before they are written, so a small mail is one write(2). */
#define GATHER (32 * 1024)

/* The kernel starts to write a long mail to the disk after each of these, so the last fsync is short. */
#define WRITE_BEHIND (1024 * 1024)

enum { TMP, NEW, ACTIVE, BROKEN, N_DIRS };
static const char *const dir_names[N_DIRS] = { "tmp", "new", "active", "broken" };

struct _MadoSpool {
  char *path;
  char *new_path;
  int dirs[N_DIRS]; /* -1: not for us */
  MadoSpoolFault fault;
  gpointer fault_data;
};

struct _MadoSpoolWriter {
  MadoSpool *spool;
  char *id;
  int fd;
  GByteArray *gathered;
  MadoHash *hash;
  guint64 size;    /* raw bytes so far */
  guint64 max;
  guint64 written; /* bytes that were given to the kernel */
  guint64 behind;  /* of them, those it was told to write out */
  gboolean in_tmp; /* tmp/ID is there */
};

void
mado_spool_set_fault (MadoSpool *spool, MadoSpoolFault fault, gpointer data)
{
  spool->fault = fault;
  spool->fault_data = data;
}

/* May @step happen? Otherwise the error is set as if the system had refused it. */
static gboolean
may_step (MadoSpool *spool, const char *step, GError **error)
{
  int refusal = spool->fault != NULL ? spool->fault (step, spool->fault_data) : 0;

  if (refusal == 0)
    return TRUE;
  errno = refusal;
  return mado_error_set_errno (error, step);
}

/* For file systems that cannot rename without replacing: a second name, then the first one goes. A crash between
 * the two leaves both names on one file, which the next move of it finishes. FALSE with errno set. */
static gboolean
link_and_unlink (MadoSpool *spool, int from_dir, const char *from, int to_dir, const char *to)
{
  struct stat old, new;

  if (linkat (from_dir, from, to_dir, to, 0) != 0) {
    if (errno != EEXIST)
      return FALSE;
    if (fstatat (from_dir, from, &old, AT_SYMLINK_NOFOLLOW) != 0
        || fstatat (to_dir, to, &new, AT_SYMLINK_NOFOLLOW) != 0)
      return FALSE;
    if (old.st_dev != new.st_dev || old.st_ino != new.st_ino) {
      errno = EEXIST;
      return FALSE;
    }
  }
  if (!may_step (spool, "unlink", NULL))
    return FALSE;
  return unlinkat (from_dir, from, 0) == 0 || errno == ENOENT;
}

/* Renames without replacing. FALSE with errno set; EEXIST when the new name is taken by another file. */
static gboolean
move_no_replace (MadoSpool *spool, int from_dir, const char *from, int to_dir, const char *to)
{
  int refusal = spool->fault != NULL ? spool->fault ("no-replace", spool->fault_data) : 0;

  if (refusal == 0 && renameat2 (from_dir, from, to_dir, to, RENAME_NOREPLACE) == 0)
    return TRUE;
  if (refusal != 0)
    errno = refusal;
  if (errno != EINVAL && errno != ENOSYS && errno != EEXIST)
    return FALSE;
  return link_and_unlink (spool, from_dir, from, to_dir, to);
}

/* One of the four directories, made when it is missing; -1 with the error otherwise. */
static int
open_spool_dir (MadoSpool *spool, int dirfd, const char *name, gboolean *is_made, GError **error)
{
  g_autofree char *path = g_build_filename (spool->path, name, NULL);
  int fd;

  if (mkdirat (dirfd, name, 0700) == 0)
    *is_made = TRUE;
  fd = openat (dirfd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    mado_error_set_errno (error, path);
  return fd;
}

MadoSpool *
mado_spool_open (const char *directory, GError **error)
{
  g_autoptr (MadoSpool) spool = g_new0 (MadoSpool, 1);
  gboolean is_made = FALSE;
  gboolean ok = TRUE;
  int dirfd;

  spool->path = g_canonicalize_filename (directory, NULL);
  spool->new_path = g_build_filename (spool->path, dir_names[NEW], NULL);
  for (int i = 0; i < N_DIRS; i++)
    spool->dirs[i] = -1;
  dirfd = mado_fsio_open_dir (spool->path, 0700, error);
  if (dirfd < 0)
    return NULL;
  for (int i = 0; ok && i < N_DIRS; i++) {
    g_autoptr (GError) problem = NULL;
    spool->dirs[i] = open_spool_dir (spool, dirfd, dir_names[i], &is_made, &problem);
    if (problem != NULL && (i == TMP || i == NEW)) {
      g_propagate_error (error, g_steal_pointer (&problem));
      ok = FALSE;
    }
  }
  ok = ok && (!is_made || mado_fsio_sync_dir (dirfd, error));
  close (dirfd);
  return ok ? g_steal_pointer (&spool) : NULL;
}

void
mado_spool_free (MadoSpool *spool)
{
  if (spool == NULL)
    return;
  for (int i = 0; i < N_DIRS; i++)
    if (spool->dirs[i] >= 0)
      close (spool->dirs[i]);
  g_free (spool->path);
  g_free (spool->new_path);
  g_free (spool);
}

guint64
mado_spool_free_bytes (MadoSpool *spool)
{
  return mado_fsio_free_bytes (spool->dirs[TMP]);
}

const char *
mado_spool_new_path (const MadoSpool *spool)
{
  return spool->new_path;
}

/* The writer. */

static gboolean
flush (MadoSpoolWriter *writer, GError **error)
{
  if (!may_step (writer->spool, "write", error)
      || !mado_fsio_write_all (writer->fd, writer->gathered->data, writer->gathered->len, error))
    return FALSE;
  writer->written += writer->gathered->len;
  g_byte_array_set_size (writer->gathered, 0);
  if (writer->written - writer->behind >= WRITE_BEHIND) {
    /* Only a hint; fsync tells the truth. */
    sync_file_range (writer->fd, (off_t) writer->behind, (off_t) (writer->written - writer->behind),
                     SYNC_FILE_RANGE_WRITE);
    writer->behind = writer->written;
  }
  return TRUE;
}

/* Creates tmp/ID under a fresh id. The id is in new/ or active/ never before, as it holds the time and 30 random
 * bits; the rename would find out. */
static gboolean
create_file (MadoSpoolWriter *writer, gint64 now_us, GError **error)
{
  if (!may_step (writer->spool, "create", error))
    return FALSE;
  for (int attempt = 0; attempt < 10; attempt++) {
    g_free (writer->id);
    writer->id = mado_qid_new (now_us);
    writer->fd = openat (writer->spool->dirs[TMP], writer->id, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                         0640);
    if (writer->fd >= 0) {
      writer->in_tmp = TRUE;
      /* The keeper reads by its group, whatever umask our role has; the directories decide who gets here. */
      return fchmod (writer->fd, 0640) == 0 || mado_error_set_errno (error, "chmod in the spool");
    }
    if (errno != EEXIST)
      break;
  }
  return mado_error_set_errno (error, "create in the spool");
}

MadoSpoolWriter *
mado_spool_writer_new (MadoSpool *spool, const MadoEnvelope *envelope, gint64 now_us, guint64 max, GError **error)
{
  g_autoptr (MadoSpoolWriter) writer = g_new0 (MadoSpoolWriter, 1);
  GString *text;

  writer->spool = spool;
  writer->fd = -1;
  writer->max = max;
  writer->gathered = g_byte_array_new ();
  writer->hash = mado_hash_new ();
  if (!create_file (writer, now_us, error))
    return NULL;
  text = mado_spool_format_envelope (envelope, writer->id, now_us / G_USEC_PER_SEC, error);
  if (text == NULL)
    return NULL;
  g_byte_array_append (writer->gathered, (const guint8 *) text->str, (guint) text->len);
  g_string_free (text, TRUE);
  return g_steal_pointer (&writer);
}

gboolean
mado_spool_writer_append (MadoSpoolWriter *writer, const void *bytes, gsize length, GError **error)
{
  const guint8 *next = bytes;

  if (length > writer->max - MIN (writer->size, writer->max)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_LIMIT, "more than %" G_GUINT64_FORMAT " bytes", writer->max);
    return FALSE;
  }
  writer->size += length;
  mado_hash_update (writer->hash, bytes, length);
  while (length > 0) {
    gsize room = writer->gathered->len < GATHER ? GATHER - writer->gathered->len : 0;
    gsize part = MIN (room, length);
    g_byte_array_append (writer->gathered, next, (guint) part);
    next += part;
    length -= part;
    if (writer->gathered->len >= GATHER && !flush (writer, error))
      return FALSE;
  }
  return TRUE;
}

/* From tmp/ to new/, durably. */
static gboolean
promise (MadoSpoolWriter *writer, GError **error)
{
  MadoSpool *spool = writer->spool;

  if (!may_step (spool, "rename", error))
    return FALSE;
  if (!move_no_replace (spool, spool->dirs[TMP], writer->id, spool->dirs[NEW], writer->id))
    return mado_error_set_errno (error, "rename into new");
  writer->in_tmp = FALSE;
  if (may_step (spool, "sync-dir", error) && mado_fsio_sync_dir (spool->dirs[NEW], error))
    return TRUE;
  /* Not promised: take it back. Should the keeper have been faster, the client's next try is a duplicate. */
  unlinkat (spool->dirs[NEW], writer->id, 0);
  return FALSE;
}

gboolean
mado_spool_writer_commit (MadoSpoolWriter *writer, GError **error)
{
  char trailer[MADO_SPOOL_TRAILER + 1];

  g_return_val_if_fail (writer->fd >= 0, FALSE);
  g_autofree char *sha256 = mado_hash_hex (writer->hash);
  mado_spool_format_trailer (writer->size, sha256, trailer);
  g_byte_array_append (writer->gathered, (const guint8 *) trailer, MADO_SPOOL_TRAILER);
  if (!flush (writer, error) || !may_step (writer->spool, "fsync", error))
    return FALSE;
  if (fsync (writer->fd) != 0)
    return mado_error_set_errno (error, "fsync of a mail");
  /* close(2) can tell of lost writes on network file systems. */
  int closed = close (writer->fd);
  writer->fd = -1;
  if (closed != 0)
    return mado_error_set_errno (error, "close of a mail");
  return promise (writer, error);
}

const char *
mado_spool_writer_id (const MadoSpoolWriter *writer)
{
  return writer->id;
}

void
mado_spool_writer_free (MadoSpoolWriter *writer)
{
  if (writer == NULL)
    return;
  if (writer->fd >= 0)
    close (writer->fd);
  if (writer->in_tmp)
    unlinkat (writer->spool->dirs[TMP], writer->id, 0);
  g_byte_array_unref (writer->gathered);
  mado_hash_free (writer->hash);
  g_free (writer->id);
  g_free (writer);
}

/* The keeper's side. */

static int
compare_ids (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* A private stream over directory @which; NULL with the error. */
static DIR *
read_dir (MadoSpool *spool, int which, GError **error)
{
  int fd = openat (spool->dirs[which], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *dir = fd >= 0 ? fdopendir (fd) : NULL;

  if (dir == NULL) {
    mado_error_set_errno (error, dir_names[which]);
    if (fd >= 0)
      close (fd);
  }
  return dir;
}

static char **
list_ids (MadoSpool *spool, int which, GError **error)
{
  g_autoptr (GPtrArray) ids = NULL;
  struct dirent *entry;
  DIR *dir = read_dir (spool, which, error);

  if (dir == NULL)
    return NULL;
  ids = g_ptr_array_new_with_free_func (g_free);
  for (errno = 0; (entry = readdir (dir)) != NULL; errno = 0)
    if (mado_qid_is_valid (entry->d_name))
      g_ptr_array_add (ids, g_strdup (entry->d_name));
  if (errno != 0) {
    mado_error_set_errno (error, dir_names[which]);
    closedir (dir);
    return NULL;
  }
  closedir (dir);
  g_ptr_array_sort (ids, compare_ids);
  g_ptr_array_add (ids, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&ids), FALSE);
}

char **
mado_spool_list_new (MadoSpool *spool, GError **error)
{
  return list_ids (spool, NEW, error);
}

char **
mado_spool_list_active (MadoSpool *spool, GError **error)
{
  return list_ids (spool, ACTIVE, error);
}

char **
mado_spool_list_broken (MadoSpool *spool, GError **error)
{
  return list_ids (spool, BROKEN, error);
}

int
mado_spool_broken_dir (const MadoSpool *spool)
{
  return spool->dirs[BROKEN];
}

gboolean
mado_spool_is_broken (MadoSpool *spool, const char *id)
{
  return mado_qid_is_valid (id) && faccessat (spool->dirs[BROKEN], id, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Opens the mail @id in @dirfd; NULL with NO when it is not there. */
static MadoSpoolFile *
open_file (int dirfd, const char *id, gboolean verify, GError **error)
{
  int fd = -1;

  if (mado_qid_is_valid (id)) {
    /* Not blocking: a pipe somebody put there must not stop us. */
    fd = openat (dirfd, id, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && errno != ENOENT) {
      mado_error_set_errno (error, id);
      return NULL;
    }
  }
  if (fd < 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "no mail %s here", id != NULL ? id : "");
    return NULL;
  }
  return mado_spool_read (fd, id, verify, error);
}

/* Moves new/ID to broken/ under a free name. Trouble here is only logged by the keeper's next try. */
static void
move_aside (MadoSpool *spool, int which, const char *id)
{
  for (int n = 0; n < 100; n++) {
    g_autofree char *name = n == 0 ? g_strdup (id) : g_strdup_printf ("%s.%d", id, n);
    if (move_no_replace (spool, spool->dirs[which], id, spool->dirs[BROKEN], name) || errno != EEXIST)
      return;
  }
}

MadoSpoolFile *
mado_spool_claim (MadoSpool *spool, const char *id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoSpoolFile) file = open_file (spool->dirs[NEW], id, TRUE, &problem);

  if (file == NULL) {
    if (g_error_matches (problem, MADO_ERROR, MADO_ERROR_PERM) && may_step (spool, "aside", NULL))
      move_aside (spool, NEW, id);
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  /* No fsync: should a power cut undo this rename, the mail is back in new/ and is claimed again. */
  if (!may_step (spool, "claim", error))
    return NULL;
  if (!move_no_replace (spool, spool->dirs[NEW], id, spool->dirs[ACTIVE], id)) {
    mado_error_set_errno (error, "rename into active");
    return NULL;
  }
  return g_steal_pointer (&file);
}

MadoSpoolFile *
mado_spool_open_active (MadoSpool *spool, const char *id, GError **error)
{
  return open_file (spool->dirs[ACTIVE], id, FALSE, error);
}

guint
mado_spool_sweep (MadoSpool *spool, gint64 now, gint64 age)
{
  DIR *dir = read_dir (spool, TMP, NULL);
  struct dirent *entry;
  guint removed = 0;
  struct stat info;

  while (dir != NULL && (entry = readdir (dir)) != NULL)
    if (fstatat (spool->dirs[TMP], entry->d_name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG (info.st_mode)
        && now - (gint64) info.st_mtime > age && unlinkat (spool->dirs[TMP], entry->d_name, 0) == 0)
      removed++;
  if (dir != NULL)
    closedir (dir);
  return removed;
}

gboolean
mado_spool_remove_active (MadoSpool *spool, const char *id, GError **error)
{
  if (!mado_qid_is_valid (id)) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "no mail %s here", id);
    return FALSE;
  }
  return may_step (spool, "remove", error)
         && (unlinkat (spool->dirs[ACTIVE], id, 0) == 0 || errno == ENOENT || mado_error_set_errno (error, "remove from active"));
}
