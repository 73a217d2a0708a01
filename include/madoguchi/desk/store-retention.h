/* store-retention.h: erasing what a ticket says, and the hold that forbids it.
 *
 * Erased are the reports and what is looked up of them, subjects, addresses, notes, answers, indicators, and the audit's details about
 * the ticket. What stays is the skeleton: number, states, times, owner, priority, category, TLP, counts, what makes the loss account
 * balance, and by which Message-IDs of ours and which secret of its thread a late mail finds it. The archived mails of an erased
 * ticket are listed until they are gone. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/incident.h"

/* Erases @incident within a transaction. @by: (nullable) a member's login. @rule: (nullable) what the settings say. Errors: NO (under
 * hold, not finished, an answer on its way, a ticket of the same mail that is not finished); TEMP. */
gboolean mado_store_erase_incident (MadoStore *store, gint64 incident, const char *by, const char *rule, gint64 now, GError **error);

/* Forbids to erase @incident, or allows it again (@by NULL). @reason: (nullable) sealed. */
gboolean mado_store_set_hold (MadoStore *store, gint64 incident, const char *by, const char *reason, gint64 now, GError **error);

/* What must not be erased in @from must not be in @to either: mails of it are there now. A hold that is there already stays. */
gboolean mado_store_spread_hold (MadoStore *store, gint64 from, gint64 to, GError **error);

/* A finished ticket whose text is there still. */
typedef struct {
  gint64 id;
  char *number;
  char *category; /* (nullable) */
  char *tlp;      /* (nullable) */
  gint64 updated;
  gboolean is_held;
} MadoFinished;
MADO_DECLARE_RECORD (MadoFinished, mado_finished)

/* (transfer full) of MadoFinished: not touched since @before, oldest first, behind ticket row @after of @updated (0, 0: from the first). */
GPtrArray *mado_store_list_finished (MadoStore *store, gint64 before, gint64 updated, gint64 after, gint64 limit, GError **error);

/* Fills erased, erased_by, hold and hold_reason of @incident. */
gboolean mado_store_fill_retention (MadoStore *store, gint64 id, MadoIncident *incident, GError **error);

/* Is what mail @queue_id says still to be kept? Errors: NO: its ticket was erased since it came. */
gboolean mado_store_check_kept (MadoStore *store, const char *queue_id, GError **error);

/* An archived mail of an erased ticket. */
typedef struct {
  char *queue_id;
  gint64 received;
} MadoRemains;
MADO_DECLARE_RECORD (MadoRemains, mado_remains)

/* (transfer full) of MadoRemains. */
GPtrArray *mado_store_list_remains (MadoStore *store, gint64 limit, GError **error);
/* It is gone. Within a transaction. */
gboolean mado_store_forget_remains (MadoStore *store, const char *queue_id, GError **error);

/* Writes everything into the database itself and empties its log: what was erased is then in neither (secure_delete). Outside of
 * transactions. FALSE: somebody reads it. Errors: TEMP. */
gboolean mado_store_settle_log (MadoStore *store, GError **error);
