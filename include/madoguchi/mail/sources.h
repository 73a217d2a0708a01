/* sources.h: all texts and files of a mail, one by one, for those who read what a report says: bodies, also the
 * alternatives that are not shown, attachments, and what forwarded mails say in header and body. */
#pragma once

#include "madoguchi/mail/reading.h"
#include "madoguchi/model/source.h"

/* (transfer full) in the order of the parts, @max bytes of text at most. It must be freed before @reading. Call when all
 * layers were opened. */
MadoSource *mado_sources_collect (MadoReading *reading, gsize max);
