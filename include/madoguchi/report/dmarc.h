/* dmarc.h: DMARC's aggregate reports (RFC 7489, 7.2, and its successor): what other mail servers counted about our domains.
 * They are no incidents. */
#pragma once

#include "madoguchi/report/format.h"

/* A MadoFormatReader for such a report, plain or packed (gzip, zip). One record; its rows are added up per source. Nothing
 * in it becomes an indicator: most of what it counts is our own mail. */
gboolean mado_dmarc_read (const MadoDocument *document, MadoFormatOutput *output);

/* Is @subject (nullable) the one that machines give such reports ("Report Domain: D Submitter: S Report-ID: I")? Answers to
 * one, and forwards, are not. */
gboolean mado_dmarc_is_subject (const char *subject);
