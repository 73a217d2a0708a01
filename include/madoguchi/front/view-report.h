/* view-report.h: an opened mail for people. Verdicts stand in lines of ours, everything else behind the mark
 * (view.h). */
#pragma once

#include "madoguchi/model/report.h"

/* Appends @report to @out. Pure. */
void mado_view_report (GString *out, guint columns, const MadoReport *report);

/* The summary of @encryption and @signature in plain words, e.g. "encrypted, signed by the sender". Static. */
const char *mado_view_encryption (MadoEncryption encryption);
const char *mado_view_signature (MadoSignatureStatus status);
