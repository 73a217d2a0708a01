/* peel.h: takes the cryptographic layers off a mail, one by one (RFC 9787), and notes what each one proved. */
#pragma once

#include "madoguchi/mail/reading.h"

/* Opens the envelope (the layers from the root on without a gap: covers "whole"), then the layers inside the
 * payload (covers "part"). Fills layers, undecryptable and reading->payload. Errors: TEMP. */
gboolean mado_peel (MadoReading *reading, GError **error);
