/* archive.h: what the directories of archives and documents say without unpacking anything: is a password needed, are
 * there macros, which names are inside. Every number in them is the sender's, and checked. */
#pragma once

#include <glib.h>

typedef struct {
  gboolean is_encrypted;   /* a file inside, or the directory itself, wants a password */
  gboolean has_macros;     /* a document with macros */
  gboolean has_executable; /* a name inside that would be run (zip alone) */
} MadoArchive;

/* Looks into @bytes when it is a zip, 7z, RAR, OLE or PDF file; else nothing is found. @is_executable_name: says it of
 * a name in the archive, which is not terminated. */
MadoArchive mado_archive_look (const guint8 *bytes, gsize size, gboolean (*is_executable_name) (const char *name, gsize length));
