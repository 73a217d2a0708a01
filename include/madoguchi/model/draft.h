/* draft.h: an answer that is not sent yet: madoguchi.draft/1. Everybody who may read the ticket sees it. */
#pragma once

#include "madoguchi/model/reply-wish.h"

#define MADO_DRAFT_OPEN "draft"
#define MADO_DRAFT_ASKED "needs-approval"
#define MADO_DRAFT_SENT "sent"
#define MADO_DRAFT_DISCARDED "discarded"

typedef struct {
  char *name;       /* "2026-000001/7.2": ticket, draft, revision */
  char *ticket;     /* "PREFIX #2026-000001" */
  gint64 id;
  gint64 revision;  /* another one after every change: who approves says which one he read */
  char *state;
  char *author;     /* login of who began it */
  char **writers;   /* all who wrote in it */
  gint64 created, updated;
  gint64 seen;      /* the last line of the thread when it was written; internal */
  MadoReplyWish *wish;
  char *refused_by, *refused_reason; /* the last word on it; NULL: none */
  char *conflict;   /* what happened in the thread since it was written; NULL: nothing */
} MadoDraft;

MADO_DECLARE_RECORD (MadoDraft, mado_draft)
