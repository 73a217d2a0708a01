/* smime.h: the forms of S/MIME (RFC 8551) and what becomes of them. The data itself says what it is: a parameter of the
 * mail may lie. */
#pragma once

#include "madoguchi/mail/forms.h"
#include "madoguchi/mail/reading.h"
#include "madoguchi/pgp/cms-reader.h"

/* Is leaf @entity S/MIME by its type, or by its name? @content: (out, transfer full) then its data, without base64 or PEM
 * around it; @cms: (out) what they are, pointing into @content. */
gboolean mado_smime_read (const MadoEntity *entity, GBytes **content, MadoCms *cms);

/* Is @entity an S/MIME layer? What only carries certificates, or is compressed, is none (RFC 9787, 4.1). */
gboolean mado_smime_recognise (MadoEntity *entity, MadoFormMatch *match);

/* Opens or verifies what @match found. @result: (transfer full). Errors: TEMP. */
gboolean mado_smime_run (MadoReading *reading, const MadoFormMatch *match, const MadoPgpLimits *limits, MadoPgpResult **result,
                         GError **error);

/* Is leaf @entity a detached S/MIME signature, by its type or its name? */
gboolean mado_smime_is_signature (const MadoEntity *entity);

/* (nullable) a sentence when @entity is S/MIME data of a kind that is no layer, and that we do not read. */
const char *mado_smime_unread (const MadoEntity *entity);

/* Notes the decrypted layers that anybody may have changed, because no signature inside says otherwise. */
void mado_smime_note (MadoReading *reading);
