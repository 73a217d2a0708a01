/* archive.c: see archive.h. Called by the keeper's flow and by the words that show a mail. Must never remove a mail from active/
 * before its sealed copy is on stable storage, and never put one in the place of another. */
#include "madoguchi/desk/archive.h"
#include "madoguchi/base/error.h"
#include "madoguchi/base/fsio.h"
#include "madoguchi/base/log.h"
#include "madoguchi/base/qid.h"
#include "madoguchi/spool/erase.h"
#include "madoguchi/spool/format.h"
#include "madoguchi/vault/stream.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PLACE "archive"
#define BATCH 32         /* mails, then they are brought to the disk */
#define WAIT_MS 100      /* or after so long */
#define AGAIN_SECONDS 10 /* what failed is tried again */

struct _MadoArchive {
  MadoSpool *spool;
  const MadoVault *vault;
  char *path;
  GPtrArray *waiting; /* of Item */
  GPtrArray *failed;  /* of char: ids */
  guint timer, again;
  gboolean refuses_plain;
  MadoSpoolFault fault;
  gpointer fault_data;
};

typedef struct {
  char *id;
  char *day;
  gboolean is_new; /* its file has the name beside; otherwise it is there already */
  gboolean is_bad; /* a step of the flush failed */
} Item;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->id);
  g_free (item->day);
  g_free (item);
}

MadoArchive *
mado_archive_new (MadoSpool *spool, const MadoVault *vault, const char *directory)
{
  MadoArchive *archive = g_new0 (MadoArchive, 1);

  archive->spool = spool;
  archive->vault = vault;
  archive->path = g_canonicalize_filename (directory, NULL);
  archive->waiting = g_ptr_array_new_with_free_func (item_free);
  archive->failed = g_ptr_array_new_with_free_func (g_free);
  return archive;
}

void
mado_archive_free (MadoArchive *archive)
{
  if (archive == NULL)
    return;
  mado_archive_flush (archive);
  g_clear_handle_id (&archive->timer, g_source_remove);
  g_clear_handle_id (&archive->again, g_source_remove);
  g_ptr_array_unref (archive->waiting);
  g_ptr_array_unref (archive->failed);
  g_free (archive->path);
  g_free (archive);
}

void
mado_archive_set_fault (MadoArchive *archive, MadoSpoolFault fault, gpointer data)
{
  archive->fault = fault;
  archive->fault_data = data;
}

static gboolean
may_step (const MadoArchive *archive, const char *step, GError **error)
{
  int refusal = archive->fault != NULL ? archive->fault (step, archive->fault_data) : 0;

  if (refusal == 0)
    return TRUE;
  errno = refusal;
  return mado_error_set_errno (error, step);
}

/* "2026-11-21" */
static char *
day_of (gint64 received)
{
  g_autoptr (GDateTime) when = g_date_time_new_from_unix_utc (received);

  return when != NULL ? g_date_time_format (when, "%Y-%m-%d") : g_strdup ("1970-01-01");
}

static char *
beside (const char *id)
{
  return g_strdup_printf (".%s.new", id);
}

/* The directory of @day, made when it is missing. -1 with the error. */
static int
open_day (const MadoArchive *archive, const char *day, GError **error)
{
  g_autofree char *path = g_build_filename (archive->path, day, NULL);
  gboolean is_new = access (path, F_OK) != 0;
  int dirfd = mado_fsio_open_dir (path, 0700, error);
  int top = dirfd >= 0 && is_new ? mado_fsio_open_dir (archive->path, 0700, error) : -1;
  gboolean ok = dirfd >= 0 && (!is_new || (top >= 0 && mado_fsio_sync_dir (top, error)));

  if (top >= 0)
    close (top);
  if (ok)
    return dirfd;
  if (dirfd >= 0)
    close (dirfd);
  return -1;
}

/* --- reading ------------------------------------------------------------------------------------------- */

/* Opens @from, sealed for @id, as a file in memory. -1 with the error. */
static int
unseal (const MadoArchive *archive, const char *id, int from, GError **error)
{
  int memory = mado_fsio_memfd ("madoguchi-mail", NULL, error);

  if (memory < 0)
    return -1;
  if (mado_vault_open_file (archive->vault, PLACE, id, from, memory, error)
      && (lseek (memory, 0, SEEK_SET) == 0 || mado_error_set_errno (error, "lseek")))
    return memory;
  close (memory);
  return -1;
}

static MadoSpoolFile *
read_at (const MadoArchive *archive, int dirfd, const char *id, GError **error)
{
  int fd = mado_qid_is_valid (id) ? openat (dirfd, id, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY) : -1;
  int memory;

  if (fd < 0 && mado_qid_is_valid (id) && errno != ENOENT) {
    mado_error_set_errno (error, id);
    return NULL;
  }
  if (fd < 0) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "no mail %s in the archive", id);
    return NULL;
  }
  if (mado_vault_key_of_file (fd) == 0 && !archive->refuses_plain)
    return mado_spool_read (fd, id, TRUE, error);
  memory = unseal (archive, id, fd, error);
  close (fd);
  return memory >= 0 ? mado_spool_read (memory, id, FALSE, error) : NULL;
}

static MadoSpoolFile *
read_archived (const MadoArchive *archive, const char *day, const char *id, GError **error)
{
  g_autofree char *path = g_build_filename (archive->path, day, NULL);
  int dirfd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  MadoSpoolFile *file;

  if (dirfd < 0 && errno == ENOENT) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "no mail %s in the archive", id);
    return NULL;
  }
  if (dirfd < 0) {
    mado_error_set_errno (error, path);
    return NULL;
  }
  file = read_at (archive, dirfd, id, error);
  close (dirfd);
  return file;
}

MadoSpoolFile *
mado_archive_read (MadoArchive *archive, const char *id, gint64 received, GError **error)
{
  g_autofree char *day = day_of (received);
  g_autoptr (GError) problem = NULL;
  MadoSpoolFile *file = mado_spool_open_active (archive->spool, id, &problem);

  if (file != NULL)
    return file;
  if (!g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO)) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  return read_archived (archive, day, id, error);
}

void
mado_archive_refuse_plain (MadoArchive *archive)
{
  archive->refuses_plain = TRUE;
}

/* --- putting ------------------------------------------------------------------------------------------- */

/* Is the same mail there already, left by a crash before it was removed from active/? */
static gboolean
is_there_already (const MadoArchive *archive, int dirfd, const MadoSpoolFile *file, const char *id)
{
  g_autoptr (MadoSpoolFile) there = NULL;

  if (faccessat (dirfd, id, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
    return FALSE;
  there = read_at (archive, dirfd, id, NULL);
  return there != NULL && there->size == file->size && strcmp (there->sha256, file->sha256) == 0;
}

/* Writes @from, all of it, sealed to a new file beside its place. -1 with the error. */
static int
write_sealed (const MadoArchive *archive, int dirfd, const char *id, int from, GError **error)
{
  g_autofree char *name = beside (id);
  int fd;

  if (!may_step (archive, "seal", error))
    return -1;
  fd = openat (dirfd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    mado_error_set_errno (error, name);
    return -1;
  }
  if (lseek (from, 0, SEEK_SET) == 0 && mado_vault_seal_file (archive->vault, PLACE, id, from, fd, error)) {
    sync_file_range (fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* only a hint, so that the sync later is short */
    return fd;
  }
  if (error != NULL && *error == NULL)
    mado_error_set_errno (error, "lseek");
  close (fd);
  unlinkat (dirfd, name, 0);
  return -1;
}

/* The same, left for the flush: no descriptor is kept meanwhile. */
static gboolean
write_beside (const MadoArchive *archive, int dirfd, const char *id, int from, GError **error)
{
  int fd = write_sealed (archive, dirfd, id, from, error);

  return fd >= 0 && (close (fd) == 0 || mado_error_set_errno (error, "close in the archive"));
}

static gboolean
on_wait_over (gpointer data)
{
  MadoArchive *archive = data;

  archive->timer = 0;
  mado_archive_flush (archive);
  return G_SOURCE_REMOVE;
}

gboolean
mado_archive_put (MadoArchive *archive, const char *id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  g_autoptr (MadoSpoolFile) file = mado_spool_open_active (archive->spool, id, &problem);
  g_autofree char *day = file != NULL ? day_of (file->envelope->received) : NULL;
  gboolean is_there, ok;
  int dirfd;

  if (g_error_matches (problem, MADO_ERROR, MADO_ERROR_NO))
    return TRUE;
  if (file == NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return FALSE;
  }
  dirfd = open_day (archive, day, error);
  if (dirfd < 0)
    return FALSE;
  is_there = is_there_already (archive, dirfd, file, id);
  ok = is_there || write_beside (archive, dirfd, id, file->fd, error);
  close (dirfd);
  if (!ok)
    return FALSE;
  Item *item = g_new0 (Item, 1);
  item->id = g_strdup (id);
  item->day = g_steal_pointer (&day);
  item->is_new = !is_there;
  g_ptr_array_add (archive->waiting, item);
  if (archive->waiting->len >= BATCH)
    mado_archive_flush (archive);
  else if (archive->timer == 0)
    archive->timer = g_timeout_add (WAIT_MS, on_wait_over, archive);
  return TRUE;
}

/* --- bringing to the disk ------------------------------------------------------------------------------ */

static gboolean
on_again (gpointer data)
{
  MadoArchive *archive = data;
  g_autoptr (GPtrArray) ids = g_steal_pointer (&archive->failed);

  archive->again = 0;
  archive->failed = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < ids->len; i++) {
    g_autoptr (GError) error = NULL;
    if (mado_archive_put (archive, ids->pdata[i], &error))
      continue;
    mado_log (MADO_LOG_ERROR, ids->pdata[i], "archive-failed", "why=\"%s\"", error->message);
    g_ptr_array_add (archive->failed, g_strdup (ids->pdata[i]));
  }
  if (archive->failed->len > 0 && archive->again == 0)
    archive->again = g_timeout_add_seconds (AGAIN_SECONDS, on_again, archive);
  return G_SOURCE_REMOVE;
}

/* The mail stays in active/; everything is done again later. */
static void
fail (MadoArchive *archive, Item *item, const GError *error)
{
  item->is_bad = TRUE;
  mado_log (MADO_LOG_ERROR, item->id, "archive-failed", "why=\"%s\"", error->message);
  g_ptr_array_add (archive->failed, g_strdup (item->id));
  if (archive->again == 0)
    archive->again = g_timeout_add_seconds (AGAIN_SECONDS, on_again, archive);
}

typedef gboolean (*Step) (const MadoArchive *archive, Item *item, GError **error);

static char *
path_beside (const MadoArchive *archive, const Item *item)
{
  g_autofree char *name = beside (item->id);

  return g_build_filename (archive->path, item->day, name, NULL);
}

static gboolean
sync_item (const MadoArchive *archive, Item *item, GError **error)
{
  g_autofree char *path = path_beside (archive, item);
  gboolean ok;
  int fd;

  if (!item->is_new)
    return TRUE;
  if (!may_step (archive, "sync", error))
    return FALSE;
  fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (fd < 0)
    return mado_error_set_errno (error, path);
  ok = fsync (fd) == 0 || mado_error_set_errno (error, "fsync in the archive");
  close (fd);
  return ok;
}

static gboolean
name_item (const MadoArchive *archive, Item *item, GError **error)
{
  g_autofree char *path = path_beside (archive, item), *place = g_build_filename (archive->path, item->day, item->id, NULL);

  if (!item->is_new)
    return TRUE;
  if (!may_step (archive, "rename", error))
    return FALSE;
  if (renameat2 (AT_FDCWD, path, AT_FDCWD, place, RENAME_NOREPLACE) == 0)
    return TRUE;
  /* file systems that cannot rename so */
  if ((errno == EINVAL || errno == ENOSYS) && link (path, place) == 0 && unlink (path) == 0)
    return TRUE;
  if (errno == EEXIST) {
    g_set_error (error, MADO_ERROR, MADO_ERROR_TEMP, "another mail stands in the archive as %s", item->id);
    return FALSE;
  }
  return mado_error_set_errno (error, "rename in the archive");
}

/* The entry of the directory must be stable, too. One sync serves all mails of a day: @item is the first of it. */
static gboolean
sync_day (const MadoArchive *archive, Item *item, GError **error)
{
  int dirfd = open_day (archive, item->day, error);
  gboolean ok = dirfd >= 0 && mado_fsio_sync_dir (dirfd, error);

  if (dirfd >= 0)
    close (dirfd);
  return ok;
}

static gboolean
remove_item (const MadoArchive *archive, Item *item, GError **error)
{
  return mado_spool_remove_active (archive->spool, item->id, error);
}

static void
run_step (MadoArchive *archive, GPtrArray *items, Step step)
{
  const Item *last = NULL;

  for (guint i = 0; i < items->len; i++) {
    Item *item = items->pdata[i];
    g_autoptr (GError) error = NULL;
    if (item->is_bad || (step == sync_day && last != NULL && strcmp (last->day, item->day) == 0 && !last->is_bad))
      continue;
    if (!step (archive, item, &error))
      fail (archive, item, error);
    last = item;
  }
}

/* Each step for all mails before the next one: the first sync brings most of the rest along. */
gboolean
mado_archive_flush (MadoArchive *archive)
{
  static const Step steps[] = { sync_item, name_item, sync_day, remove_item };
  g_autoptr (GPtrArray) items = g_steal_pointer (&archive->waiting);
  guint before = archive->failed->len;

  archive->waiting = g_ptr_array_new_with_free_func (item_free);
  g_clear_handle_id (&archive->timer, g_source_remove);
  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    run_step (archive, items, steps[i]);
  return archive->failed->len == before;
}

guint
mado_archive_waiting (const MadoArchive *archive)
{
  return archive->waiting->len + archive->failed->len;
}

/* --- anew ---------------------------------------------------------------------------------------------- */

/* (transfer full) the whole spool file @id in @dirfd, opened; the descriptor stands anywhere. */
static MadoSpoolFile *
open_to_renew (const MadoArchive *archive, int dirfd, const char *id, gboolean *is_due, GError **error)
{
  int fd = openat (dirfd, id, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

  *is_due = fd < 0 || mado_vault_key_of_file (fd) != mado_vault_current_key (archive->vault);
  if (fd >= 0)
    close (fd);
  return *is_due ? read_at (archive, dirfd, id, error) : NULL;
}

static gboolean
replace_sealed (const MadoArchive *archive, int dirfd, const char *id, int from, GError **error)
{
  g_autofree char *name = beside (id);
  int fd = write_sealed (archive, dirfd, id, from, error);
  gboolean ok;

  if (fd < 0)
    return FALSE;
  ok = may_step (archive, "sync", error) && (fsync (fd) == 0 || mado_error_set_errno (error, "fsync in the archive"));
  close (fd);
  ok = ok && may_step (archive, "rename", error)
       && (renameat (dirfd, name, dirfd, id) == 0 || mado_error_set_errno (error, "rename in the archive"));
  if (!ok)
    unlinkat (dirfd, name, 0);
  return ok && mado_fsio_sync_dir (dirfd, error);
}

gboolean
mado_archive_renew (MadoArchive *archive, const char *day, const char *id, gboolean *changed, GError **error)
{
  g_autoptr (MadoSpoolFile) file = NULL;
  gboolean is_due = FALSE, ok;
  int dirfd = open_day (archive, day, error);

  *changed = FALSE;
  if (dirfd < 0)
    return FALSE;
  file = open_to_renew (archive, dirfd, id, &is_due, error);
  ok = !is_due || (file != NULL && replace_sealed (archive, dirfd, id, file->fd, error));
  *changed = is_due && ok;
  close (dirfd);
  return ok;
}

/* --- broken files --------------------------------------------------------------------------------------- */

/* File @id of broken/ as it is. -1 with the error. */
static int
open_broken (const MadoArchive *archive, const char *id, GError **error)
{
  int fd = mado_spool_is_broken (archive->spool, id)
               ? openat (mado_spool_broken_dir (archive->spool), id, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY)
               : -1;

  if (fd < 0)
    g_set_error (error, MADO_ERROR, MADO_ERROR_NO, "no broken file %s here", id);
  return fd;
}

gboolean
mado_archive_seal_broken (MadoArchive *archive, const char *id, GError **error)
{
  int fd = open_broken (archive, id, error), memory = -1;
  guint8 key = fd >= 0 ? mado_vault_key_of_file (fd) : 0;
  gboolean ok = fd >= 0;

  if (ok && key != mado_vault_current_key (archive->vault)) {
    memory = key != 0 ? unseal (archive, id, fd, error) : -1;
    ok = (key == 0 || memory >= 0)
         && replace_sealed (archive, mado_spool_broken_dir (archive->spool), id, memory >= 0 ? memory : fd, error);
  }
  if (memory >= 0)
    close (memory);
  if (fd >= 0)
    close (fd);
  return ok;
}

int
mado_archive_open_broken (MadoArchive *archive, const char *id, gint64 *size, GError **error)
{
  int fd = open_broken (archive, id, error), memory = fd >= 0 ? unseal (archive, id, fd, error) : -1;

  if (fd >= 0)
    close (fd);
  if (memory >= 0)
    *size = (gint64) lseek (memory, 0, SEEK_END);
  return memory;
}

gboolean
mado_archive_erase (MadoArchive *archive, const char *id, gint64 received, GError **error)
{
  mado_archive_flush (archive);
  if (mado_spool_is_broken (archive->spool, id) && unlinkat (mado_spool_broken_dir (archive->spool), id, 0) != 0)
    return mado_error_set_errno (error, id);
  return mado_spool_erase (archive->path, id, received, error) && mado_spool_remove_active (archive->spool, id, error);
}

/* --- lists ------------------------------------------------------------------------------------------------ */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* (transfer full) the names in @path that @is_one likes. No such directory: none. */
static char **
list_names (const char *path, gboolean (*is_one) (const char *name), GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  struct dirent *entry;
  DIR *dir = opendir (path);

  if (dir == NULL && errno != ENOENT) {
    mado_error_set_errno (error, path);
    return NULL;
  }
  while (dir != NULL && (entry = readdir (dir)) != NULL)
    if (is_one (entry->d_name))
      g_ptr_array_add (names, g_strdup (entry->d_name));
  if (dir != NULL)
    closedir (dir);
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

static gboolean
is_day (const char *name)
{
  return strlen (name) == 10 && strspn (name, "0123456789-") == 10;
}

char **
mado_archive_list_days (const MadoArchive *archive, GError **error)
{
  return list_names (archive->path, is_day, error);
}

char **
mado_archive_list_ids (const MadoArchive *archive, const char *day, GError **error)
{
  g_autofree char *path = g_build_filename (archive->path, day, NULL);

  return list_names (path, mado_qid_is_valid, error);
}
