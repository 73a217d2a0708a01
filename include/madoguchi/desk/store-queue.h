/* store-queue.h: what each member has not read yet, and what was done to a ticket behind his back. Small rows: at most
 * one for each member and ticket that he looked at, and none of who left. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/incident.h"

/* More is not counted. */
#define MADO_QUEUE_UNREAD_MAX 1000

/* SQL, for the store's own files: the last line of the thread of incident @i that the member @login (a parameter) has read. */
#define MADO_QUEUE_SEEN(i, login)                                                                                      \
  "coalesce ((SELECT s.entry FROM seen s WHERE s.login = " login " AND s.incident = " i ".id),"                        \
  " (SELECT s.entry FROM seen s WHERE s.login = " login " AND s.incident = 0), 0)"

/* Fills in @incident (a summary or more) what is unread in it to @login: lines of the thread by others since he looked at it. */
gboolean mado_store_fill_unread (MadoStore *store, MadoIncident *incident, const char *login, GError **error);

/* @login has read the thread of incident @id up to its line @entry; nothing is written when he had before. */
gboolean mado_store_set_seen (MadoStore *store, const char *login, gint64 id, gint64 entry, GError **error);

/* All of the thread is unread again. */
gboolean mado_store_set_unseen (MadoStore *store, const char *login, gint64 id, GError **error);

/* @login begins: what is there already does not count as unread. Or leaves: nothing is kept of what he read. */
gboolean mado_store_begin_seen (MadoStore *store, const char *login, GError **error);
gboolean mado_store_forget_seen (MadoStore *store, const char *login, GError **error);

/* (transfer full) what was done in incident @id since its @version, in a line: the last things, each with who did it; "" when none
 * of it is known. It may quote members: only for who may read the ticket. */
char *mado_store_describe_since (MadoStore *store, gint64 id, gint64 version, GError **error);
