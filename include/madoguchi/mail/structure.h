/* structure.h: the tree of MIME parts of a mail as ranges of its raw bytes (RFC 2046), found by our own scan.
 *
 * Signatures are verified over these ranges, so nothing is ever written again. The scan reads each line once,
 * whatever the nesting; parts, depth and header size are capped while it runs. Nothing is decoded here.
 */
#pragma once

#include <glib.h>

typedef struct _MadoEntity MadoEntity;
struct _MadoEntity {
  const guint8 *header; /* first byte of the header */
  gsize header_size;    /* without the empty line */
  const guint8 *body;
  gsize body_size;      /* without the line break that belongs to the boundary */
  char *path;           /* see mail/open.h */
  char *type;           /* "text/plain", lower case; the default where there is none (RFC 2045, 5.2) */
  gboolean is_multipart, is_message; /* with children that were found */
  gboolean is_open;     /* a multipart whose last boundary is missing */
  gboolean is_decrypted;
  guint scope;          /* 0: as it arrived; each decrypted layer has a number of its own */
  GPtrArray *children;  /* of MadoEntity, owned */
  MadoEntity *opened;   /* what came out of this layer when it was decrypted; owned */
  GPtrArray *layers;    /* of MadoLayer, not owned: the layers this entity itself is */
  const MadoEntity *parent; /* NULL for the root of a scan */
};

void mado_entity_free (MadoEntity *entity);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoEntity, mado_entity_free)

typedef struct {
  guint depth;        /* most levels */
  guint parts;        /* most parts; lowered by what a scan found */
  gsize header_size;  /* most header bytes of one part */
} MadoStructureLimits;

/* (transfer full) the tree of the entity in @bytes, which must outlive it. @path: path of its root.
 * Errors: LIMIT, its message names the cap. */
MadoEntity *mado_structure_scan (const guint8 *bytes, gsize size, const char *path, MadoStructureLimits *limits,
                                 GError **error);

/* Bytes of a leading mbox "From " line, 0 without one. */
gsize mado_structure_mbox_line (const guint8 *bytes, gsize size);

/* Is there a header field in @entity? */
gboolean mado_entity_has_fields (const MadoEntity *entity);

/* The bytes a signature over @entity covers: header, empty line and body (RFC 1847, 2.1). */
const guint8 *mado_entity_raw (const MadoEntity *entity, gsize *size);

/* (transfer none, nullable) child @n, from 0. */
MadoEntity *mado_entity_child (const MadoEntity *entity, guint n);
