/* fsio.h: files and directories, with the durability that the promises need. Knows nothing of mail. */
#pragma once

#include <gio/gio.h>

/* Writes all of @bytes to @fd, through interruptions and short writes. Errors: TEMP. */
gboolean mado_fsio_write_all (int fd, const void *bytes, gsize length, GError **error);

/* Reads @fd from where it stands to its end. @bytes: (transfer full).
 * Errors: LIMIT when there is more than @max; TEMP on I/O errors. */
gboolean mado_fsio_read_all (int fd, gsize max, GBytes **bytes, GError **error);

/* The same for a file by name. */
gboolean mado_fsio_read_file (const char *path, gsize max, GBytes **bytes, GError **error);

/* Puts @bytes at @path so that after a power cut either the old or the new content is there:
 * write beside it, fsync, rename, fsync of the directory. @mode: e.g. 0640. Errors: TEMP, DENIED. */
gboolean mado_fsio_replace (const char *path, GBytes *bytes, int mode, GError **error);

/* fsync(2) of the directory @dirfd: its entries survive a power cut. Errors: TEMP. */
gboolean mado_fsio_sync_dir (int dirfd, GError **error);

/* Opens directory @path for use with the *at() calls; made with @mode (and its parents) when it is missing.
 * The caller owns the descriptor (close-on-exec). -1 and TEMP or DENIED on failure. */
int mado_fsio_open_dir (const char *path, int mode, GError **error);

/* An anonymous file in memory (memfd_create(2)) holding @bytes (nullable: empty), positioned at its start.
 * The caller owns the descriptor (close-on-exec). -1 and TEMP on failure. */
int mado_fsio_memfd (const char *name, GBytes *bytes, GError **error);

/* Removes the tree at @path, never following links; missing is fine. Errors: TEMP, DENIED. */
gboolean mado_fsio_remove_tree (const char *path, GError **error);

/* Bytes free for us on the file system of @fd; 0 when it cannot be told. */
guint64 mado_fsio_free_bytes (int fd);

/* Is the file system of @fd known to have no journal (ext4 without one, as its kernel says)? A power cut can then take
 * both names of a file that was just renamed. FALSE also when it cannot be told. */
gboolean mado_fsio_lacks_journal (int fd);
