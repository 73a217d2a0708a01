/* recipient.h: whom does a member's answer go to, when he names nobody; and which mail does it answer?
 *
 * To who wrote the newest mail of the thread, but only among those who belong to it: who opened the ticket (or was let in by
 * a member), by address or by a good signature's key. Whoever else came to know how to write into the thread gets nothing
 * from it by itself. Reply-To of a mail is never looked at. */
#pragma once

#include "madoguchi/desk/settings.h"
#include "madoguchi/desk/store-mail.h"
#include "madoguchi/model/report.h"

typedef struct {
  char *address;
  char *queue_id;     /* of the newest mail of that address in the thread; NULL: it wrote none */
  MadoReport *report; /* of that mail */
} MadoRecipient;

void mado_recipient_free (MadoRecipient *recipient);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoRecipient, mado_recipient_free)

/* Does @mail come from somebody who opened the ticket, or was let in? @mails: of MadoMail, all of its thread. Pure. */
gboolean mado_recipient_belongs (const GPtrArray *mails, const MadoMail *mail);

/* (transfer full) of MadoMail: what @incident's thread holds, oldest first. Errors: TEMP. */
GPtrArray *mado_recipient_list_mails (MadoStore *store, gint64 incident, GError **error);

/* (transfer full) whom an answer in a thread of @mails goes to by itself. Errors: NO, saying why nobody; TEMP. */
MadoRecipient *mado_recipient_choose (MadoStore *store, const MadoDeskSettings *settings, const GPtrArray *mails, GError **error);

/* (transfer full) @address, which a member named, with its newest mail among @mails. Errors: USAGE (no address), TEMP. */
MadoRecipient *mado_recipient_name (MadoStore *store, const GPtrArray *mails, const char *address, GError **error);
