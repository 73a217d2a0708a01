/* archive.h: the raw mails that were read: "DIRECTORY/2026-11-21/QUEUEID", each a sealed spool file (vault/stream.h).
 *
 * The keeper puts a mail there once the store has it. The file in active/ goes when the sealed one is on stable storage, and
 * not before; several are brought there together, because that is what takes time. A crash in between is harmless: what is
 * in active/ is put there again.
 */
#pragma once

#include "madoguchi/spool/spool.h"
#include "madoguchi/vault/vault.h"

typedef struct _MadoArchive MadoArchive;

/* (transfer full) the archive in @directory, which is made when it is needed. @spool and @vault must outlive it. */
MadoArchive *mado_archive_new (MadoSpool *spool, const MadoVault *vault, const char *directory);

/* Brings to its end what was put, as far as that goes, and frees @archive. */
void mado_archive_free (MadoArchive *archive);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoArchive, mado_archive_free)

/* For tests: as mado_spool_set_fault; steps "seal", "sync", "rename". */
void mado_archive_set_fault (MadoArchive *archive, MadoSpoolFault fault, gpointer data);

/* Seals @id, which is in active/, and removes it from there soon after. Not in active/: TRUE, an earlier run was here.
 * What fails later is said in the log and done again. Errors: TEMP. */
gboolean mado_archive_put (MadoArchive *archive, const char *id, GError **error);

/* Ends what was put now. FALSE: something of it is to be done again. */
gboolean mado_archive_flush (MadoArchive *archive);

/* Mails that were put, and are not in the archive for certain. */
guint mado_archive_waiting (const MadoArchive *archive);

/* (transfer full) a mail that was put, wherever it is by now: for a sealed one a memory file. @received: as its envelope says.
 * Errors: NO; PERM when the file was cut, changed or moved there from another name; TEMP. */
MadoSpoolFile *mado_archive_read (MadoArchive *archive, const char *id, gint64 received, GError **error);

/* From now on a file that is not sealed is refused: all of them have been. */
void mado_archive_refuse_plain (MadoArchive *archive);

/* Seals archived file @id of @day anew when it is not sealed, or by another data key than the present one. @changed: was it?
 * Errors: NO, PERM (it does not open), TEMP. */
gboolean mado_archive_renew (MadoArchive *archive, const char *day, const char *id, gboolean *changed, GError **error);

/* Seals file @id of broken/ where it is, when it is not sealed, or by another data key. It is no mail that could be read, but what
 * is in it may be a reporter's. Errors: NO, PERM, TEMP. */
gboolean mado_archive_seal_broken (MadoArchive *archive, const char *id, GError **error);

/* A memory file with what such a file holds, and its @size. The caller owns it. -1 and NO, PERM, TEMP on failure. */
int mado_archive_open_broken (MadoArchive *archive, const char *id, gint64 *size, GError **error);

/* Removes @id for good, wherever it is: also while it is on its way, or broken. Not there: TRUE. Errors: TEMP. */
gboolean mado_archive_erase (MadoArchive *archive, const char *id, gint64 received, GError **error);

/* (transfer full) the days of the archive, oldest first; the ids of one. Errors: TEMP. */
char **mado_archive_list_days (const MadoArchive *archive, GError **error);
char **mado_archive_list_ids (const MadoArchive *archive, const char *day, GError **error);
