/* store-case.h: by what incidents are recognised beyond their own numbers: indicators, and other teams' numbers. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/incident.h"
#include "madoguchi/model/report.h"

/* Writes down the indicators of the mail @queue_id instead of those that were there. */
gboolean mado_store_put_indicators (MadoStore *store, const char *queue_id, const MadoReport *report, GError **error);

/* Counts the different indicators of @incident's mails anew (what `counts` shows). */
gboolean mado_store_count_indicators (MadoStore *store, gint64 incident, GError **error);

/* What a mail of @incident says of it: the stricter TLP and PAP win (nullable; a TLP that a member set stays), other teams' numbers are added and become
 * names of the incident. */
gboolean mado_store_mark_case (MadoStore *store, gint64 incident, const char *tlp, const char *pap,
                               const char *const *external_ids, GError **error);

/* The newest incident that goes by the name @external_id, and in which @address or @fingerprint (both nullable) speaks
 * already (@belongs); without such a one, the newest of all. 0: none goes by that name. */
gboolean mado_store_find_alias (MadoStore *store, const char *external_id, const char *address, const char *fingerprint,
                                gint64 *incident, gboolean *belongs, GError **error);

/* (transfer full) of MadoRelation: incidents that share indicators with @incident, newest first. Private addresses and
 * the like say nothing and count for nothing. Bounded in all directions. */
GPtrArray *mado_store_list_relations (MadoStore *store, gint64 incident, GError **error);
