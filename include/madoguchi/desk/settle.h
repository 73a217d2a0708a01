/* settle.h: a mail's report becomes a ticket, a line in a thread, or a held item: thread, policy, incident and
 * answer in one transaction (the caller's). Settling what is settled already changes nothing and tells how it
 * ended. */
#pragma once

#include "madoguchi/desk/settings.h"
#include "madoguchi/desk/store.h"
#include "madoguchi/desk/triage-rules.h"
#include "madoguchi/model/envelope.h"
#include "madoguchi/model/report.h"

typedef struct {
  MadoStore *store;
  const MadoDeskSettings *settings;
  gint64 now; /* seconds since the epoch */
  const MadoTriageRules *rules; /* of triage; NULL: none */
} MadoSettler;

typedef struct {
  char *state;
  gint64 incident;       /* 0: none */
  char *number;          /* nullable */
  const char *reason;    /* static: how it came there (thread.h), or why it is held */
  const char *answer;    /* static: the policy's reason code; NULL: nobody asked it */
  gboolean has_draft;    /* an answer was made */
  gboolean was_settled;  /* by an earlier run: nothing was changed now */
} MadoSettled;
void mado_settled_clear (MadoSettled *settled);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoSettled, mado_settled_clear)

/* A mail that was read. Errors: TEMP, BUG: the transaction is to be rolled back. */
gboolean mado_settle_report (const MadoSettler *settler, const MadoEnvelope *envelope, const MadoReport *report,
                             MadoSettled *settled, GError **error);

/* A mail that could not be read: held, with a visible incident. @reason: static: "crash", "limit", "attempts",
 * "broken", "no-mail", "store-damaged". @partial: (nullable) what could be read: headers. */
gboolean mado_settle_held (const MadoSettler *settler, const MadoEnvelope *envelope, const char *reason,
                           const MadoReport *partial, MadoSettled *settled, GError **error);

/* A settled mail was read again (reopen, held-retry). Members' changes stay; a held mail that can be read now
 * becomes the ticket it already has. */
gboolean mado_settle_again (const MadoSettler *settler, const char *queue_id, const MadoReport *report,
                            MadoSettled *settled, GError **error);

/* A member's yes or no to a held mail. Errors: NO when it is not held. */
gboolean mado_settle_release (const MadoSettler *settler, const char *queue_id, const char *member,
                              MadoSettled *settled, GError **error);
gboolean mado_settle_drop (const MadoSettler *settler, const char *queue_id, const char *member, MadoSettled *settled,
                           GError **error);
