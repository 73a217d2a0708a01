/* store-mail.h: the mails in the store: one row for each that was ever accepted, whatever became of it. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/envelope.h"
#include "madoguchi/model/incident.h"

/* Where a mail ends (the account's states), or "pending". */
#define MADO_MAIL_PENDING "pending"
#define MADO_MAIL_TICKET "ticket"
#define MADO_MAIL_JOINED "joined"
#define MADO_MAIL_BOUNCE "bounce"
#define MADO_MAIL_AUTO_REPLY "auto_reply"
#define MADO_MAIL_DUPLICATE "duplicate"
#define MADO_MAIL_FEED "feed" /* no ticket: feed.h */
#define MADO_MAIL_HELD "held"
#define MADO_MAIL_DROPPED "dropped_by_member"

/* A mail's row without its blobs. */
typedef struct {
  gint64 id;
  char *queue_id;
  char *state;
  gint64 attempts; /* times it was handed to an opener */
  gint64 crashes;  /* times its reader died or went over a limit */
  gint64 received;
  gint64 size;
  char *message_id;
  char *content_sha256;
  char *sender;    /* From address, folded to lower case */
  char *signer;    /* fingerprint of a good or good-untrusted signature */
  char *subject;
  gint64 incident; /* 0: none */
  char *number;    /* of that incident */
  char *reason;
} MadoMail;
MADO_DECLARE_RECORD (MadoMail, mado_mail)

/* Writes down that @envelope's mail is about to be handed to an opener: a new pending row, or one more attempt.
 * A mail that is settled already is left alone. @mail: (transfer full) the row as it is now. Errors: TEMP. */
gboolean mado_store_receive_mail (MadoStore *store, const MadoEnvelope *envelope, gint64 size, const char *sha256,
                                  MadoMail **mail, GError **error);

/* One more death of its reader. @crashes: how many now. */
gboolean mado_store_count_crash (MadoStore *store, const char *queue_id, gint64 *crashes, GError **error);

/* The last attempt does not count: it failed for reasons of our own. */
gboolean mado_store_excuse_attempt (MadoStore *store, const char *queue_id, GError **error);

/* (transfer full) the row; NULL with NO when there is none. */
MadoMail *mado_store_find_mail (MadoStore *store, const char *queue_id, GError **error);

/* (transfer full) its envelope. */
MadoEnvelope *mado_store_load_envelope (MadoStore *store, const char *queue_id, GError **error);

/* Settles a pending (or held) mail: state, incident (0: none), reason (nullable), and @report (nullable) with
 * what is looked up later. Errors: NO when the row is neither pending nor held; TEMP. */
gboolean mado_store_settle_mail (MadoStore *store, const char *queue_id, const char *state, gint64 incident,
                                 const char *reason, const MadoReport *report, gint64 now, GError **error);

/* Replaces the report of a settled mail by @report, derived again; its state stays. */
gboolean mado_store_replace_report (MadoStore *store, const char *queue_id, const MadoReport *report, GError **error);

/* The kept mail (not dropped, not @but) with this Message-ID, as threading sees it. @same: (transfer full,
 * nullable) one with @content too; @other: is there one with other content? */
gboolean mado_store_find_message_id (MadoStore *store, const char *message_id, const char *content,
                                     const char *but, MadoMail **same, gboolean *other, GError **error);

/* (transfer full) mails from @address that made tickets after @since with this @subject, but for @but; newest first: of
 * MadoMail. */
GPtrArray *mado_store_list_alike (MadoStore *store, const char *address, const char *subject, const char *but, gint64 since,
                                  gint64 limit, GError **error);

/* Does anybody with @address (folded by the verb) or @fingerprint (both nullable) speak in @incident already? */
gboolean mado_store_belongs (MadoStore *store, gint64 incident, const char *address, const char *fingerprint,
                             gboolean *belongs, GError **error);

/* (transfer full) queue ids: of pending mails; of an incident's mails (or the one that it has a report of); of all that could not be decrypted. */
char **mado_store_list_pending (MadoStore *store, GError **error);
char **mado_store_list_mails_of (MadoStore *store, gint64 incident, GError **error);
char **mado_store_list_undecryptable (MadoStore *store, GError **error);

/* (transfer full) all held mails, oldest first: of MadoHeld. */
GPtrArray *mado_store_list_held (MadoStore *store, GError **error);

/* (transfer full) its report. Errors: NO when there is none; PERM when what is stored cannot be read. */
MadoReport *mado_store_load_report (MadoStore *store, const char *queue_id, GError **error);

/* (transfer full) the problems that its report names; none without a report. */
char **mado_store_load_problems (MadoStore *store, const char *queue_id, GError **error);

/* Counts the states; `accepted` and `balanced` are the caller's. */
gboolean mado_store_count_states (MadoStore *store, MadoAccountStates *states, gint64 *rows, GError **error);

/* (transfer full) @address as it is compared: lower case. NULL for NULL. */
char *mado_store_fold (const char *address);
