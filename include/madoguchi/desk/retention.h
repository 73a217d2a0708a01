/* retention.h: how long what a ticket says is kept, by [retention] rules; and the erasing that follows from it, each day. */
#pragma once

#include "madoguchi/desk/desk.h"
#include "madoguchi/model/retention.h"

typedef struct _MadoRetention MadoRetention;

/* (transfer full) the rules of @desk's settings. Errors: CONF with the rule that is none. */
MadoRetention *mado_retention_new (MadoDesk *desk, GError **error);
void mado_retention_free (MadoRetention *retention);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoRetention, mado_retention_free)

/* (transfer none, nullable) the first rule that is about such a ticket; @seconds: how long it is kept once it is finished, -1: for
 * ever. NULL: no rule, so for ever. */
const char *mado_retention_find (const MadoRetention *retention, const char *category, const char *tlp, gint64 *seconds);

/* (transfer full) tickets whose time is over at @now, at most @limit: of MadoExpired. Errors: TEMP. */
GPtrArray *mado_retention_list (const MadoRetention *retention, gint64 now, guint limit, GError **error);

/* Erases @due (of MadoExpired) but for what is held, within a transaction, and says in each what came of it. Errors: TEMP. */
gboolean mado_retention_erase (MadoRetention *retention, GPtrArray *due, GError **error);

/* (transfer full) erases @most of what is due at @now, the longest finished first, in the transaction that runs; what may not be erased
 * stands before nothing. Of MadoExpired: what was erased, and of what was not @most at the most. Errors: TEMP, PERM. */
GPtrArray *mado_retention_run (MadoRetention *retention, gint64 now, guint most, GError **error);

/* Removes the archived mails of erased tickets, soon. */
void mado_retention_sweep (MadoRetention *retention);

/* To be called now and then: once a day it erases what is due, some at a time. */
void mado_retention_tick (MadoRetention *retention);
