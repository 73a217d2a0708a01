/* protect.h: header fields that came inside the cryptographic envelope (RFC 9788, and the older
 * protected-headers="v1"). Only the root of the payload counts, and only when its claim is true. */
#pragma once

#include "madoguchi/mail/reading.h"

/* Lets protected fields win over those outside. Call after the layers were opened. */
void mado_protect_read (MadoReading *reading);

/* Is the first of the two parts of @entity a copy of protected fields for old readers? */
gboolean mado_protect_is_legacy_display (const MadoReading *reading, const MadoEntity *entity);

/* Takes such a copy off the start of @text, when text part @entity says that it has one (RFC 9788, 4.5.3). */
void mado_protect_strip_display (const MadoEntity *entity, char *text);
