/* outbox.h: answers on their way: sealed by the signer, sent by the sender, tried again, given up visibly. The
 * store knows every step before it is taken, so after a crash the same answer goes out again, never a second one. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/desk/outbox-parts.h"

typedef struct _MadoOutbox MadoOutbox;

/* (transfer full) begins with what an earlier run left. Errors: TEMP. */
MadoOutbox *mado_outbox_new (MadoDesk *desk, GError **error);
void mado_outbox_free (MadoOutbox *outbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoOutbox, mado_outbox_free)

/* There may be something to do: a draft was added, or time has passed. */
void mado_outbox_kick (MadoOutbox *outbox);

/* Answers that a role is working on. */
guint mado_outbox_busy (const MadoOutbox *outbox);
