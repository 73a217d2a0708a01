/* store-triage.h: what was decided of incidents, by rules for each mail and by members, and what it comes to. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/triage.h"

/* Writes down @decisions (of MadoDecision) on the mail @queue_id of @incident instead of those that were there. */
gboolean mado_store_put_decisions (MadoStore *store, gint64 incident, const char *queue_id, const GPtrArray *decisions,
                                   gint64 now, GError **error);

/* Adds what the member @login decided. @value: (nullable) none; "auto": the rules have their say again. */
gboolean mado_store_add_decision (MadoStore *store, gint64 incident, const char *field, const char *value, const char *login,
                                  gint64 now, GError **error);

/* Makes @incident show what its decisions come to. @triage: (out, transfer full, nullable). */
gboolean mado_store_apply_decisions (MadoStore *store, gint64 incident, MadoTriage **triage, GError **error);

/* (transfer full) everything that was decided of @incident; of very many mails the first ones'. NO: no such incident. */
MadoTriage *mado_store_load_triage (MadoStore *store, gint64 incident, GError **error);

/* Does an incident that came before the mail @queue_id share indicators with it (others than private addresses and the
 * like)? Bounded: of very many indicators the first ones are looked for. */
gboolean mado_store_is_related (MadoStore *store, const char *queue_id, gboolean *is_related, GError **error);
