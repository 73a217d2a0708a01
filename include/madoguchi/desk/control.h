/* control.h: the keeper's socket, where members ask (the CLI) by the words of ipc/peer.h. Never blocks: a client
 * that does not read its answers is let go. */
#pragma once

#include "madoguchi/desk/audit-table.h"
#include "madoguchi/desk/desk.h"
#include "madoguchi/desk/flow.h"
#include "madoguchi/desk/outbox.h"
#include "madoguchi/model/member.h"

typedef struct _MadoControl MadoControl;

/* One question. A verb ends it with exactly one of _answer () and _fail (), at once or later; a client that is
 * gone by then is no trouble. */
typedef struct _MadoCall MadoCall;
struct _MadoCall {
  MadoDesk *desk;
  MadoFlow *flow;
  MadoOutbox *outbox;
  char *member;       /* login of who asks */
  MadoMember *asker;  /* NULL: there are no members yet, or the host asks */
  char *token;        /* name of the token that a script of the member's asks with; NULL: none */
  MadoPacket request;
  gint64 uid;         /* of who asks */
  gint64 incident;    /* that the question turned out to be about; 0: none (verbs.c) */
  gboolean is_veiled; /* ... and was told only that it exists (need.h) */
  gboolean is_stranger; /* asked with a session that is none: nobody's words (session.h) */
  MadoAuditKind kind; /* what of it is written into the audit */
  gboolean is_written; /* ... and was */
  GVariantDict *more; /* what a change adds to its answer; a change may be applied twice before it is answered */
  gpointer client;    /* control.c's own */
  gpointer data;      /* a verb's own, from question to answer; nullable */
  GDestroyNotify free_data;
  void (*tell) (const MadoCall *call, GVariantDict *answer); /* (nullable) what a verb adds to the answer of a change */
};

/* @body: (transfer floating, nullable). @fd: closed here, -1 for none. */
void mado_call_answer (MadoCall *call, GVariant *body, int fd);
void mado_call_fail (MadoCall *call, const GError *error);

/* Adds a change to the desk's batch (batch.h) that @call asked for: its line of the audit is written in the same transaction.
 * Each verb that changes something in the store does it so. */
void mado_call_change (MadoCall *call, MadoBatchApply apply, MadoBatchDone done, gpointer data);

/* (transfer full) listens on RUNTIME/keeper.sock. Errors: TEMP, DENIED, CONF. */
MadoControl *mado_control_new (MadoDesk *desk, MadoFlow *flow, MadoOutbox *outbox, GError **error);
void mado_control_free (MadoControl *control);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoControl, mado_control_free)
