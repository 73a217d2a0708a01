/* flow.h: mails on their way from the spool to a settled state: claim, record the attempt, have it opened,
 * settle, archive. What a crash leaves at each step: ARCHITECTURE.md, "A message's life". */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/desk/intake-queue.h"
#include "madoguchi/desk/settle.h"

typedef struct _MadoFlow MadoFlow;

/* (transfer full) begins with what an earlier run left in active/. @drafted: called after answers were made.
 * Errors: TEMP. */
MadoFlow *mado_flow_new (MadoDesk *desk, void (*drafted) (gpointer data), gpointer data, GError **error);
void mado_flow_free (MadoFlow *flow);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoFlow, mado_flow_free)

/* Takes as many waiting mails as the opener has room for. */
void mado_flow_pump (MadoFlow *flow);

/* Mails between claim and settlement that are being worked on (not those that wait for a retry). */
guint mado_flow_busy (const MadoFlow *flow);

/* (transfer none) the waiting mails. */
MadoIntakeQueue *mado_flow_queue (MadoFlow *flow);

/* Called once. @settled is NULL when @error is set. */
typedef void (*MadoFlowDone) (gpointer data, const MadoSettled *settled, const GError *error);

/* Has the mail @queue_id opened again and settles it again (reopen, held-retry). */
void mado_flow_reopen (MadoFlow *flow, const char *queue_id, MadoFlowDone done, gpointer data);

/* (transfer full) the file of a mail in the store, wherever it is by now. Errors: NO, PERM, TEMP. */
MadoSpoolFile *mado_flow_open_file (MadoFlow *flow, const char *queue_id, GError **error);

/* (transfer full) what an opener's answer brings along as a report. Errors: PERM, LIMIT, TEMP. */
MadoReport *mado_flow_read_report (MadoPacket *answer, GError **error);

/* (transfer floating) the "open" job for @file. */
GVariant *mado_flow_open_job (const MadoSpoolFile *file);
