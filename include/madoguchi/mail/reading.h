/* reading.h: the state while one mail is read: its bytes, its tree, the caps that remain, the report that grows.
 * Lives as long as one job in one child. */
#pragma once

#include "madoguchi/mail/open.h"
#include "madoguchi/mail/structure.h"
#include "madoguchi/pgp/cms.h"

typedef struct {
  const MadoOpenContext *context;
  GMappedFile *file;
  const guint8 *bytes; /* the mail, without an mbox line */
  gsize size;
  MadoEntity *root;
  MadoMailbox *outer_from; /* the sender outside, when the protected one is somebody else; owned */
  MadoEntity *payload; /* first that is no layer, inside the envelope; NULL when that could not be opened */
  MadoStructureLimits limits;
  gsize text_left;        /* bytes of text that may still be made readable */
  guint64 plaintext_left; /* bytes that decryption may still produce */
  guint trials;           /* recipients so far whose key had to be found by trying */
  guint scopes;           /* decrypted layers so far */
  gboolean has_unread;    /* a part holds what somebody wrote, in a form that is no layer and that we do not read */
  guint layers;           /* cryptographic layers looked at so far */
  MadoPgpEngine *engine;  /* of the context, or our own */
  MadoPgpEngine *own_engine;
  MadoCmsEngine *cms;     /* for S/MIME; made when it is needed */
  GPtrArray *plaintexts;  /* of GBytes: what was decrypted, as long as entities point into it */
  GHashTable *blocks;     /* of MadoPiece, by armour: the inline blocks that were opened */
  GPtrArray *problems;    /* of char */
  MadoReport *report;
  gint64 now;
} MadoReading;

/* (transfer full) the mail at @offset of @fd, mapped. Nothing is scanned yet. Errors: TEMP; PERM when it is empty. */
MadoReading *mado_reading_new (const MadoOpenContext *context, int fd, guint64 offset, guint64 size, GError **error);
void mado_reading_free (MadoReading *reading);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoReading, mado_reading_free)

/* Scans all of it. Errors: LIMIT; PERM when there is no header field. */
gboolean mado_reading_scan (MadoReading *reading, GError **error);

/* Scans the top header alone. Errors: as above. */
gboolean mado_reading_scan_header (MadoReading *reading, GError **error);

/* May the text of @entity be made readable? FALSE, with a problem, when all texts of the mail were too much already. */
gboolean mado_reading_may_read (MadoReading *reading, const MadoEntity *entity);

/* Adds a sentence to the problems, once. */
void mado_reading_problem (MadoReading *reading, const char *format, ...) G_GNUC_PRINTF (2, 3);

/* (transfer full) the report, complete: problems added, every field within the maximum of its record. */
MadoReport *mado_reading_finish (MadoReading *reading);
