/* spool.h: the durable queue of mails that we have promised to keep.
 *
 * The intake roles commit; the keeper claims, holds and retires. Nothing here parses a mail.
 * What a crash leaves behind at each step: ARCHITECTURE.md, "A message's life".
 *
 * Directories: tmp/ (growing files, never acknowledged), new/ (promised), active/ (claimed by the keeper),
 * broken/ (trailer does not fit: moved aside, never deleted). One file per mail, named by its queue id:
 * an envelope as "key: value" lines that starts with "madoguchi-spool: 1", an empty line, the raw bytes, and a
 * trailer of fixed size with the byte count and SHA-256. What was read goes to the archive
 * (desk/archive.h), sealed.
 */
#pragma once

#include "madoguchi/model/envelope.h"

typedef struct _MadoSpool MadoSpool;
typedef struct _MadoSpoolWriter MadoSpoolWriter;

/* (transfer full) the spool at @directory, made (0700) when it is missing. A role that may only reach tmp/ and
 * new/ opens it as well: what needs active/ then fails with DENIED. Errors: TEMP, DENIED. */
MadoSpool *mado_spool_open (const char *directory, GError **error);
void mado_spool_free (MadoSpool *spool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoSpool, mado_spool_free)

/* For tests: called before each step on the disk with its name ("create", "write", "fsync", "rename", "sync-dir",
 * "claim", "aside", "remove"; "no-replace" is the system call that file systems may lack, "unlink" a
 * step of what is done then). An errno value makes that step fail with it; 0 lets it happen. A hook that ends the
 * process shows what a crash leaves. */
typedef int (*MadoSpoolFault) (const char *step, gpointer data);
void mado_spool_set_fault (MadoSpool *spool, MadoSpoolFault fault, gpointer data);

/* Starts a mail in tmp/. @envelope needs no queue id: the writer makes one at @now_us (microseconds).
 * @spool must outlive the writer. @max: most raw bytes. Errors: TEMP (nothing could be written); LIMIT when the
 * envelope is larger than format.h allows. */
MadoSpoolWriter *mado_spool_writer_new (MadoSpool *spool, const MadoEnvelope *envelope, gint64 now_us, guint64 max,
                                        GError **error);

/* Adds raw bytes. Errors: LIMIT over @max (the writer stays usable only for free); TEMP. */
gboolean mado_spool_writer_append (MadoSpoolWriter *writer, const void *bytes, gsize length, GError **error);

/* Puts the mail on stable storage: trailer, fsync, rename without replacing to new/, fsync of new/.
 * Once this returns TRUE the mail survives a power cut, and the caller may answer 250 (RFC 5321, 6.1).
 * Errors: TEMP; nothing is left behind then. */
gboolean mado_spool_writer_commit (MadoSpoolWriter *writer, GError **error);

/* The id of the mail that is being written. (transfer none) */
const char *mado_spool_writer_id (const MadoSpoolWriter *writer);

/* Frees @writer; an uncommitted file is removed. */
void mado_spool_writer_free (MadoSpoolWriter *writer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoSpoolWriter, mado_spool_writer_free)

/* Bytes free for us on the spool's file system. */
guint64 mado_spool_free_bytes (MadoSpool *spool);

/* A descriptor of new/ for inotify, and its path. (transfer none) */
const char *mado_spool_new_path (const MadoSpool *spool);

/* (transfer full) the ids in new/ or active/, oldest first. Errors: TEMP. */
char **mado_spool_list_new (MadoSpool *spool, GError **error);
char **mado_spool_list_active (MadoSpool *spool, GError **error);

/* (transfer full) the ids of the mails that were moved aside, oldest first. Errors: TEMP. */
char **mado_spool_list_broken (MadoSpool *spool, GError **error);

/* (transfer none) the directory of what was moved aside; -1: not for us. */
int mado_spool_broken_dir (const MadoSpool *spool);

/* Was @id moved aside? */
gboolean mado_spool_is_broken (MadoSpool *spool, const char *id);

/* A mail file opened for reading. */
typedef struct {
  int fd;          /* owned */
  guint64 offset;  /* of the raw mail in the file */
  guint64 size;    /* of the raw mail */
  char *sha256;    /* of the raw mail, hex, as the trailer says */
  MadoEnvelope *envelope;
} MadoSpoolFile;
void mado_spool_file_free (MadoSpoolFile *file);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoSpoolFile, mado_spool_file_free)

/* Takes @id from new/ to active/ and opens it; its trailer is checked (count and hash) first.
 * Errors: PERM when the trailer does not fit: the file was moved to broken/; NO when it is not in new/; TEMP. */
MadoSpoolFile *mado_spool_claim (MadoSpool *spool, const char *id, GError **error);

/* Opens @id in active/; claim read all of it, so here only the counts are checked. Errors: NO, PERM, TEMP. */
MadoSpoolFile *mado_spool_open_active (MadoSpool *spool, const char *id, GError **error);

/* Removes @id from active/: the archive holds it. Not there: TRUE. Errors: TEMP. */
gboolean mado_spool_remove_active (MadoSpool *spool, const char *id, GError **error);

/* Removes files in tmp/ that are older than @age seconds at @now. Returns how many. */
guint mado_spool_sweep (MadoSpool *spool, gint64 now, gint64 age);
