/* blocks.h: OpenPGP outside PGP/MIME: blocks in texts, encrypted files. Each one is
 * a layer of its own that speaks for itself alone (RFC 9787, 6.2.3). */
#pragma once

#include "madoguchi/mail/reading.h"

/* Cuts the text of @entity into pieces and opens its blocks, when it has any. Errors: TEMP. */
gboolean mado_blocks_open (MadoReading *reading, MadoEntity *entity, guint depth, GError **error);

/* (transfer full) the part that was in the encrypted file @entity: a MIME entity when it is one and no file name says
 * otherwise, else a file by its inner name. Errors: LIMIT. */
MadoEntity *mado_blocks_file (MadoReading *reading, const MadoEntity *entity, GBytes *plaintext, const char *path,
                              GError **error);

/* GpgOL hides the PGP/MIME message that it wrote in a file "GpgOL_MIME_structure": makes its content that of @entity.
 * No layer by itself. */
void mado_blocks_unwrap (MadoReading *reading, MadoEntity *entity);

/* Call when all layers were opened: a mail of which every part stands in blocks is covered as a whole. */
void mado_blocks_settle (MadoReading *reading);
