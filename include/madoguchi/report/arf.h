/* arf.h: the Abuse Reporting Format (RFC 5965, RFC 6591, RFC 6692): the machine's part of it. The mail that it is
 * about stands beside it, and is evidence. */
#pragma once

#include "madoguchi/report/format.h"

/* A MadoFormatReader for message/feedback-report. */
gboolean mado_arf_read (const MadoDocument *document, MadoFormatOutput *output);
