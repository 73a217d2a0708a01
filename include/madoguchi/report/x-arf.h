/* x-arf.h: X-ARF 0.1 and 0.2: a mail with a part "report.txt" in YAML. (Its later versions are JSON and called XARF.) */
#pragma once

#include "madoguchi/report/format.h"

/* A MadoFormatReader. A part of several YAML documents, or with a list of them, becomes as many records. Nothing is
 * fetched, whatever schema the report names. */
gboolean mado_x_arf_read (const MadoDocument *document, MadoFormatOutput *output);

/* Does the mail of @source say in its header that it is X-ARF? */
gboolean mado_x_arf_is_promised (const MadoSource *source);
