/* audit.h: lines of the audit on their way into the store. control.c writes what members ask, where a question is answered.
 *
 * Readings and refused questions are gathered: they go with the next transaction or after half a second, the same one several
 * times as one line with a count. A crash loses these at most. Changes and exports never wait. */
#pragma once

#include "madoguchi/desk/batch.h"
#include "madoguchi/desk/store-audit.h"

typedef struct _MadoAudit MadoAudit;

/* (transfer full) on @store and @batch, which must outlive it. */
MadoAudit *mado_audit_new (MadoStore *store, MadoBatch *batch);
void mado_audit_free (MadoAudit *audit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoAudit, mado_audit_free)

/* Gathers @record (transfer full). */
void mado_audit_gather (MadoAudit *audit, MadoAuditRecord *record);

/* What was gathered goes with the next transaction. */
void mado_audit_push (MadoAudit *audit);

/* FALSE: so much waits, because the store cannot be written, that nothing may be read any more. Errors: TEMP. */
gboolean mado_audit_has_room (const MadoAudit *audit, GError **error);
