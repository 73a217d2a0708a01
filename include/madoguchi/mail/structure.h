/* structure.h: the tree of MIME parts of a mail as ranges of its raw bytes (RFC 2046), found by our own scan.
 *
 * Signatures are verified over these ranges, so nothing is ever written again. The scan reads each line once,
 * whatever the nesting; parts, depth and header size are capped while it runs. Nothing is decoded here.
 */
#pragma once

#include "madoguchi/model/report.h"

typedef struct _MadoEntity MadoEntity;

/* A stretch of a text in which inline OpenPGP blocks stand (blocks.h). */
typedef struct _MadoPiece MadoPiece;
struct _MadoPiece {
  gsize start, size;     /* in the text that was cut */
  gboolean is_block;     /* FALSE: outside of any block */
  const MadoLayer *layer; /* of a block, not owned */
  MadoEntity *opened;    /* what the block held, owned; NULL: it could not be opened */
  const MadoPiece *same; /* the block that this one repeats, not owned; layer and opened are there */
};
struct _MadoEntity {
  const guint8 *header; /* first byte of the header */
  gsize header_size;    /* without the empty line */
  const guint8 *body;
  gsize body_size;      /* without the line break that belongs to the boundary */
  GBytes *decoded;      /* the body without its transfer encoding, kept for the next who asks (content.c), owned */
  char *path;           /* see mail/open.h */
  char *type;           /* "text/plain", lower case; the default where there is none (RFC 2045, 5.2) */
  gboolean is_multipart, is_message; /* with children that were found */
  gboolean is_open;     /* a multipart whose last boundary is missing */
  gboolean is_decrypted;
  guint scope;          /* 0: as it arrived; each decrypted layer has a number of its own */
  GPtrArray *children;  /* of MadoEntity, owned */
  MadoEntity *opened;   /* what came out of this layer when it was decrypted; owned */
  GPtrArray *layers;    /* of MadoLayer, not owned: the layers this entity itself is */
  GPtrArray *pieces;    /* of MadoPiece, owned: a text with inline blocks, cut up; NULL: it has none */
  GBytes *text;         /* what the pieces are ranges of, owned */
  gboolean is_carrier;  /* a detached signature that is told by the layer of its file */
  gboolean is_wrapper;  /* a message/rfc822 that only carries the header fields it protects (RFC 8551, 3.1) */
  const MadoEntity *parent; /* NULL for the root of a scan */
};

void mado_entity_free (MadoEntity *entity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoEntity, mado_entity_free)

typedef struct {
  guint depth;        /* most levels */
  guint parts;        /* most parts; lowered by what a scan found */
  gsize header_size;  /* most header bytes of one part; of all parts together 40 times as many */
} MadoStructureLimits;

/* (transfer full) the tree of the entity in @bytes, which must outlive it. @path: path of its root.
 * Errors: LIMIT, its message names the cap. */
MadoEntity *mado_structure_scan (const guint8 *bytes, gsize size, const char *path, MadoStructureLimits *limits,
                                 GError **error);

/* (transfer full) a part that no scan found: @header (field lines; the caller keeps it as long as the part lives) and
 * @size bytes at @body. @parent: nullable. */
MadoEntity *mado_structure_leaf (const char *header, const guint8 *body, gsize size, const char *path,
                                 const MadoEntity *parent);

/* (transfer none) a new piece of the text of @entity. */
MadoPiece *mado_entity_add_piece (MadoEntity *entity, gsize start, gsize size);

/* Bytes of a leading mbox "From " line, 0 without one. */
gsize mado_structure_mbox_line (const guint8 *bytes, gsize size);

/* Is there a header field in @entity? */
gboolean mado_entity_has_fields (const MadoEntity *entity);

/* The bytes a signature over @entity covers: header, empty line and body (RFC 1847, 2.1). */
const guint8 *mado_entity_raw (const MadoEntity *entity, gsize *size);

/* (transfer none, nullable) child @n, from 0. */
MadoEntity *mado_entity_child (const MadoEntity *entity, guint n);
