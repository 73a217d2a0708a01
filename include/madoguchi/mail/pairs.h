/* pairs.h: detached signatures that stand beside what they are over, without RFC 1847 around both: files with their
 * OpenPGP signatures, and signed mails that a server on their way rebuilt. */
#pragma once

#include "madoguchi/mail/reading.h"

/* Is @entity a multipart/signed that was turned into a multipart/mixed, its signed bytes untouched? @inside: (out,
 * transfer none) then what was signed, else NULL. A signature that does not fit is no layer: the server may have changed
 * the text, or somebody else; the rest of the mail is read as if it were not there. @covers: of the layer.
 * Errors: TEMP. */
gboolean mado_pairs_rebuilt (MadoReading *reading, MadoEntity *entity, MadoCovers covers, guint depth, MadoEntity **inside,
                             GError **error);

/* Verifies the detached signatures among the children of @entity over the files that they belong to, by name, or by
 * position when they are of the type of a signature. Call when the children were read. Errors: TEMP. */
gboolean mado_pairs_verify (MadoReading *reading, MadoEntity *entity, guint depth, GError **error);
