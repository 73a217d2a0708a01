/* seek-rule.h: whose key may be looked for in directories? Pure. Only for the address that is answered, and never when the
 * configuration or the marks of the report say no: a look-up is seen by the owner of the domain, and on the way. */
#pragma once

#include "madoguchi/desk/settings.h"
#include "madoguchi/model/report.h"

/* May @address be looked up at all: is a directory configured, is the address none of ours and none of [discovery] except
 * (addresses, or domains with all below them)? */
gboolean mado_seek_rule_allows (const MadoDeskSettings *settings, const char *address);

/* ... and because of @report? Not when it is marked as [discovery] not-for says, or stricter, and not when it could not be
 * opened: nobody knows how it is marked. */
gboolean mado_seek_rule_allows_for (const MadoDeskSettings *settings, const MadoReport *report, const char *address);
