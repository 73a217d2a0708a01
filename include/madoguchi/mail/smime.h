/* smime.h: the forms of S/MIME (RFC 8551) and what becomes of them. The data itself says what it is: a parameter of the
 * mail may lie. */
#pragma once

#include "madoguchi/mail/forms.h"
#include "madoguchi/mail/reading.h"

/* Is @entity an S/MIME layer? What only carries certificates, or is compressed, is none (RFC 9787, 4.1). */
gboolean mado_smime_recognise (MadoEntity *entity, MadoFormMatch *match);

/* Opens or verifies what @match found. @result: (transfer full). Errors: TEMP. */
gboolean mado_smime_run (MadoReading *reading, const MadoFormMatch *match, const MadoPgpLimits *limits, MadoPgpResult **result,
                         GError **error);

/* Notes the decrypted layers that anybody may have changed, because no signature inside says otherwise. */
void mado_smime_note (MadoReading *reading);
