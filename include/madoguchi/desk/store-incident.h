/* store-incident.h: tickets and their threads in the store. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/desk/store-list.h"
#include "madoguchi/model/incident.h"

/* What a new ticket needs. */
typedef struct {
  const char *token;    /* secret of the thread: in our Message-IDs and in the plus-address of our Reply-To */
  const char *subject;  /* all of these nullable */
  const char *reporter;
  const char *language;
  MadoEncryption encryption;
  MadoSignatureStatus signature;
} MadoNewIncident;

/* Makes a ticket and gives it the next number of the year of @now (UTC). A number is never used again, whatever
 * happens to its ticket. @number: (transfer full) "2026-000001". */
gboolean mado_store_create_incident (MadoStore *store, const MadoNewIncident *facts, gint64 now, gint64 *id,
                                     char **number, GError **error);

/* The incident (0: none) with this number; with this reply token; that our answer with this Message-ID is in. Of one that was
 * merged, what it is part of now. */
gboolean mado_store_find_number (MadoStore *store, const char *number, gint64 *id, GError **error);
gboolean mado_store_find_own_number (MadoStore *store, const char *number, gint64 *id, GError **error); /* merged or not */
gboolean mado_store_find_updated (MadoStore *store, gint64 id, gint64 *updated, GError **error); /* when something was done to it last; 0: there is none */
gboolean mado_store_find_token (MadoStore *store, const char *token, gint64 *id, GError **error);
gboolean mado_store_find_answer (MadoStore *store, const char *message_id, gint64 *id, GError **error);

/* (transfer full) the incident without its thread; NO when there is none. */
MadoIncident *mado_store_load_summary (MadoStore *store, gint64 id, GError **error);

/* (transfer full) with its thread. @team: our address, as the author of answers. */
MadoIncident *mado_store_load_incident (MadoStore *store, gint64 id, const char *team, GError **error);

/* (transfer full) a thread's secret. */
char *mado_store_load_token (MadoStore *store, gint64 id, GError **error);

/* (transfer full) summaries, newest activity first. @reader: (nullable) as in store-need.h: what he may not read is veiled, and
 * found only by what the veil shows. @after: (nullable) where the page begins. */
GPtrArray *mado_store_find_incidents (MadoStore *store, const char *reader, const MadoListFilter *filter, const MadoListPlace *after,
                                      gint64 limit, GError **error);
/* ... by state and owner alone. @after: 0, or the incident after which the page begins, as it stands now. */
GPtrArray *mado_store_list_incidents (MadoStore *store, const char *reader, const char *state, const char *owner, gint64 after,
                                      gint64 limit, GError **error);

/* A member's change; it also touches the ticket. store-triage.h has those of what rules decide, too. */
gboolean mado_store_set_state (MadoStore *store, gint64 id, const char *state, gint64 now, GError **error);

/* What a report derived again changes: never a member's work. @subject, @language: (nullable) keep. */
gboolean mado_store_refresh_incident (MadoStore *store, gint64 id, const char *subject, const char *language,
                                      MadoEncryption encryption, MadoSignatureStatus signature, GError **error);

/* Adds a line to the thread; to the one that @incident is part of, when it was merged. @author: (nullable) a member's login, NULL: the gateway. */
gboolean mado_store_add_note (MadoStore *store, gint64 incident, const char *author, const char *text, gint64 now,
                              GError **error);
gboolean mado_store_add_event (MadoStore *store, gint64 incident, const char *author, const char *text, gint64 now,
                               GError **error);
/* ... for a mail that is in it; done already: TRUE. */
gboolean mado_store_add_mail (MadoStore *store, gint64 incident, const char *queue_id, gint64 now, GError **error);

/* (transfer full) the queue id of the mail that line @entry of @incident shows; NO when it shows none. */
char *mado_store_find_entry_mail (MadoStore *store, gint64 incident, gint64 entry, GError **error);
