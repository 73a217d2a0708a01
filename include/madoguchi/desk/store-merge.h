/* store-merge.h: tickets that become one, and mails that get a ticket of their own: what moves in the store. What it means is
 * merge.h's. */
#pragma once

#include "madoguchi/desk/store.h"

/* Moves all that @from is made of into @into: mails, thread, answers, decisions, names, links. @from keeps its number and its
 * reply token, which lead to @into from now on, and is "merged". The caller checks that both stand for themselves, and writes
 * the events: @told (of @from) is the last line of its own. */
gboolean mado_store_move_all (MadoStore *store, gint64 from, gint64 into, const char *login, const char *told, gint64 now,
                              GError **error);

/* (transfer full) the tickets that are part of @incident now, by name. */
char **mado_store_list_merged (MadoStore *store, gint64 incident, GError **error);

/* How many mails stand in the thread of @incident? */
gboolean mado_store_count_mails (MadoStore *store, gint64 incident, gint64 *count, GError **error);

/* Moves a mail of one thread into that of @into: its line, the answers to it, and what rules decided on it. It becomes the one
 * that makes the ticket (@leads; not when it is held), or one that joined. */
gboolean mado_store_move_mail (MadoStore *store, const char *queue_id, gint64 into, gboolean leads, GError **error);

/* The mail that makes @incident the ticket that it is; when there is none any more, the first that joined becomes it
 * (@has_changed). @queue_id: (transfer full, nullable). */
gboolean mado_store_find_lead (MadoStore *store, gint64 incident, char **queue_id, gboolean *has_changed, GError **error);

/* Does no other mail make the ticket that the mail @queue_id is in? */
gboolean mado_store_may_lead (MadoStore *store, const char *queue_id, gboolean *may, GError **error);

/* Who reported @incident: (nullable) an address. */
gboolean mado_store_set_reporter (MadoStore *store, gint64 incident, const char *address, GError **error);
