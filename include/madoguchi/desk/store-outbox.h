/* store-outbox.h: answers on their way: draft (to be sealed), ready (to be sent), sending, sent, failed.
 *
 * The Message-ID is fixed when the row is made, the sealed bytes when it is sealed: whatever crashes, the same
 * answer is sent again, never another one. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/reply.h"

typedef struct {
  gint64 id;
  gint64 incident;
  char *queue_id;    /* of the mail it answers; NULL: of none */
  char *message_id; /* these two NULL: what is stored does not open */
  char *recipient;
  char *state;
  gint64 attempts;   /* of sealing while draft, of sending afterwards */
  gint64 created;
  gboolean automatic;
} MadoOutboxItem;
MADO_DECLARE_RECORD (MadoOutboxItem, mado_outbox_item)

/* Adds @reply to @incident as a draft with its line in the thread. @answers: (nullable) queue id. */
gboolean mado_store_add_draft (MadoStore *store, gint64 incident, const char *answers, const MadoReply *reply, gint64 now,
                               GError **error);

/* (transfer full) items in @state ("draft", "ready") that are due at @now, oldest first. One
 * whose recipient or Message-ID does not open has none. */
GPtrArray *mado_store_list_due (MadoStore *store, const char *state, gint64 now, gint64 limit, GError **error);

/* When is the next one due? G_MAXINT64: none waits. */
gboolean mado_store_next_due (MadoStore *store, gint64 *when, GError **error);

/* (transfer full) */
MadoReply *mado_store_load_reply (MadoStore *store, gint64 id, GError **error);
GBytes *mado_store_load_sealed (MadoStore *store, gint64 id, GError **error);

/* draft -> ready, with the finished mail. */
gboolean mado_store_set_sealed (MadoStore *store, gint64 id, GBytes *sealed, gint64 now, GError **error);
/* A draft made anew (other key, other template, the same Message-ID). */
gboolean mado_store_replace_draft (MadoStore *store, gint64 id, const MadoReply *reply, GError **error);
/* ready -> sending, one attempt more. */
gboolean mado_store_set_sending (MadoStore *store, gint64 id, GError **error);
/* sending -> sent. The sealed bytes go: they were only kept for the next attempt. */
gboolean mado_store_set_sent (MadoStore *store, gint64 id, gint64 now, GError **error);
/* Not now: a draft stays one, everything else becomes ready again, due at @when. */
gboolean mado_store_set_retry (MadoStore *store, gint64 id, const char *why, gint64 when, GError **error);
/* Never. */
gboolean mado_store_set_failed (MadoStore *store, gint64 id, const char *why, GError **error);
/* A delivery report came back for our answer @message_id: sent -> failed. @changed: was it sent before? */
gboolean mado_store_set_bounced (MadoStore *store, const char *message_id, gboolean *changed, GError **error);

/* ... that names no Message-ID, but whom it could not be delivered to: the newest answer to @recipient in @incident. */
gboolean mado_store_set_bounced_to (MadoStore *store, gint64 incident, const char *recipient, gboolean *changed, GError **error);

/* After a crash: what was being sent is ready again, with the same Message-ID and bytes. @count: how many. */
gboolean mado_store_recover_outbox (MadoStore *store, gint64 *count, GError **error);

/* Automatic answers made for @recipient (NULL: for anybody) since @since; counted up to @most. */
gboolean mado_store_count_answers (MadoStore *store, const char *recipient, gint64 since, gint64 most, gint64 *count,
                                   GError **error);

/* Answers of any state in @incident. */
gboolean mado_store_count_drafts (MadoStore *store, gint64 incident, gint64 *count, GError **error);

/* Adds an event to the thread that the answer stands in now (merge.h, split.h), wherever it was when it was looked up. */
gboolean mado_store_tell_of_answer (MadoStore *store, gint64 id, const char *text, gint64 now, GError **error);
