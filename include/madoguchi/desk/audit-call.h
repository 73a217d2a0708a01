/* audit-call.h: a member's question as a line of the audit. For control.c. */
#pragma once

#include "madoguchi/desk/audit.h"
#include "madoguchi/desk/control.h"

/* (transfer full) who asked for what, by audit-table.h. */
MadoAuditRecord *mado_audit_call_describe (const MadoCall *call, MadoAuditOutcome outcome);

/* Writes it down, within a transaction. Errors: TEMP. */
gboolean mado_audit_call_write (const MadoCall *call, MadoAuditOutcome outcome, GError **error);
