/* store-policy.h: what the store knows of how the house's rules worked. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/reply.h"

/* A decision of a rule on a mail. @rule: its name as it was written down; @because: of a priority alone; both nullable. */
typedef void (*MadoStoreOnDecision) (gpointer data, gint64 message, const char *rule, const char *because);

/* Calls @each for rules' decisions on the newest @mails mails that rules were asked of, mail by mail; bounded. @looked_at: how many
 * mails those are. Errors: TEMP. */
gboolean mado_store_each_decision (MadoStore *store, gint64 mails, MadoStoreOnDecision each, gpointer data, gint64 *looked_at,
                                   GError **error);

/* The automatic answer to the mail @queue_id, in @incident: @reply (transfer full, NULL when there is none) and its @state (transfer full).
 * Errors: TEMP, PERM when what is stored does not open. */
gboolean mado_store_find_automatic (MadoStore *store, gint64 incident, const char *queue_id, MadoReply **reply, char **state,
                                    GError **error);
