/* outbox.h: answers on their way: sealed by the signer, sent by the sender, tried again, given up visibly. The
 * store knows every step before it is taken, so after a crash the same answer goes out again, never a second one. */
#pragma once

#include "madoguchi/desk/desk.h"

typedef struct _MadoOutbox MadoOutbox;

/* (transfer full) begins with what an earlier run left. Errors: TEMP. */
MadoOutbox *mado_outbox_new (MadoDesk *desk, GError **error);
void mado_outbox_free (MadoOutbox *outbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoOutbox, mado_outbox_free)

/* There may be something to do: a draft was added, or time has passed. */
void mado_outbox_kick (MadoOutbox *outbox);

/* Answers that a role is working on. */
guint mado_outbox_busy (const MadoOutbox *outbox);

/* (transfer full) what the log may say of our Message-ID: not the ticket's token, which opens the ticket to whoever
 * writes it into a mail. */
char *mado_outbox_log_id (const char *message_id);

/* Seconds to wait after attempt number @attempts (1, 2...): @first, doubled each time, at most @max. */
gint64 mado_outbox_pause (gint64 attempts, gint64 first, gint64 max);
