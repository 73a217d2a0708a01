/* found.h: one message that a search found: madoguchi.search/1, a line of `search --json`. */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  char *ticket, *number, *state;
  char *subject;   /* of the ticket */
  gint64 date;     /* of the message */
  gint64 message;  /* its id in the thread; 0: the ticket itself was named */
  char *where;     /* "text", "subject", "note", "answer", "indicator", "number" (another team's), "person", "file", "ticket" */
  char *snippet;   /* some of what was written there, on one line; NULL: only filters were asked for */
  gint64 score;    /* by rank: 1000 for the best, the others beside it; otherwise 0 */
  gboolean is_restricted; /* JSON "restricted": only named members may read it; without a subject: who asks is none of them */
} MadoFound;

MADO_DECLARE_RECORD (MadoFound, mado_found)
