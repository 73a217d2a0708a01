/* records.h: what every reader of reports promises about what it fills, whatever it was given. */
#pragma once

#include "madoguchi/report/format.h"

/* Gives @size bytes as a part of @type called @name (nullable) to @reader, and looks at what comes out: aborts where a
 * promise is broken. */
void fuzz_reader (MadoFormatReader reader, const char *type, const char *name, const guint8 *bytes, gsize size);
