/* stretches.h: all texts of a mail, one by one, for those who read what a report says: bodies, also the alternatives
 * that are not shown, text attachments, and what forwarded mails say in header and body. */
#pragma once

#include "madoguchi/mail/reading.h"

/* (transfer full) of MadoStretch, in the order of the parts, @max bytes of text at most. Call when all layers were
 * opened. */
GPtrArray *mado_stretches_collect (MadoReading *reading, gsize max);
