/* outbox-parts.h: what the outbox needs and keeps no state for. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/ipc/wire.h"
#include "madoguchi/model/reply.h"

/* (transfer full) what the log may say of our Message-ID: not the ticket's token, which opens the ticket to whoever
 * writes it into a mail. */
char *mado_outbox_log_id (const char *message_id);

/* Seconds to wait after attempt number @attempts (1, 2...): @first, doubled each time, at most @max. */
gint64 mado_outbox_pause (gint64 attempts, gint64 first, gint64 max);

/* (transfer full) the mail that the signer answered with. Errors: TEMP, LIMIT. */
GBytes *mado_outbox_read_sealed (MadoPacket *answer, GError **error);

/* (transfer full) the envelope sender of @reply (nullable): [submission] from; without it the null sender for what a program
 * wrote (RFC 3834, 3.3), and for what a member wrote the thread's own address, so that a delivery report finds its way back. */
char *mado_outbox_sender (const MadoConf *conf, const MadoReply *reply);

/* (transfer full) @recipient, and who else gets the mail of @reply (nullable). */
char **mado_outbox_recipients (const char *recipient, const MadoReply *reply);

/* Takes out of @reply what only the signer needed: it has done its work. */
void mado_outbox_lighten (MadoReply *reply);
