/* iodef.h: the Incident Object Description Exchange Format, version 1 (RFC 5070) and 2 (RFC 7970), in XML. */
#pragma once

#include "madoguchi/report/format.h"
#include "madoguchi/report/xml.h"

/* A MadoFormatReader: each Incident becomes a record. Its number becomes one of the mail's other teams' numbers, as
 * "NAME#NUMBER", unless the document stands in a forwarded mail. */
gboolean mado_iodef_read (const MadoDocument *document, MadoFormatOutput *output);

/* Makes a record of @incident, an Incident below the IODEF-Document @root, wherever the tree came from. */
void mado_iodef_take (const MadoXml *root, const MadoXml *incident, const MadoDocument *document, MadoFormatOutput *output);

/* The category (RSIT) of an impact's type, of either version; NULL: it tells none. @has_failed: the attempt did. */
const char *mado_iodef_category (const char *type, gboolean has_failed);

/* The TLP name of a restriction when it is a colour; else NULL: the other words say something, but not that. */
const char *mado_iodef_tlp (const char *restriction);
