/* protect.h: header fields that came inside the cryptographic envelope (RFC 9788; the older protected-headers="v1"; a
 * message/rfc822 with forwarded=no around all, RFC 8551). Only the root of the payload counts, and only when its claim is
 * true. */
#pragma once

#include "madoguchi/mail/reading.h"

/* Lets protected fields win over those outside, and records where they differ. Call after the layers were opened. */
void mado_protect_read (MadoReading *reading);

/* RFC 9788, 4.4: a protected From that differs from the one outside is shown only when a good signature speaks for it.
 * Call when the mail was judged with the protected sender. TRUE: the sender is the one outside now, and nobody is known:
 * judge again. */
gboolean mado_protect_settle_from (MadoReading *reading);

/* Does @entity, the payload so far, only carry the mail inside it with its header (RFC 8551, 3.1)? The parameter
 * forwarded=no says so, and nothing else: a forwarded mail looks the same. */
gboolean mado_protect_is_wrapper (const MadoEntity *entity);

/* Is the first of the two parts of @entity a copy of protected fields for old readers? */
gboolean mado_protect_is_legacy_display (const MadoReading *reading, const MadoEntity *entity);

/* Takes such a copy off the start of @text, when text part @entity says that it has one (RFC 9788, 4.5.3). */
void mado_protect_strip_display (const MadoEntity *entity, char *text);
