/* feed.h: mails that machines send to machines and nobody answers: DMARC aggregate reports. They are kept and listed, and make
 * no ticket. Pure. */
#pragma once

#include "madoguchi/model/report.h"

/* Is @report such a mail and nothing else? Not when it holds anything besides its reports that a person might have written or
 * attached: then it makes a ticket like every mail. */
gboolean mado_feed_is (const MadoReport *report);
