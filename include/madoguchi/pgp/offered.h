/* offered.h: which public keys stand in some bytes, read from their packets alone (RFC 9580, 5.5 and 10.1): what a
 * sender offers. Nothing is proved by it, nothing is imported, no engine is asked. */
#pragma once

#include "madoguchi/model/report.h"

/* Adds the public keys in @bytes (armoured or binary) to @keys (of MadoOfferedKey), each fingerprint once, at most @max
 * in all. @source: as in the contract. Returns how many keys there are. Versions 4 and 6; others have no fingerprint
 * that names them well. */
guint mado_offered_read (const guint8 *bytes, gsize size, const char *source, guint max, GPtrArray *keys);
