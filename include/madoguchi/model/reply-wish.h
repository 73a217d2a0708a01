/* reply-wish.h: what a member wants to send, as he wrote it: before recipients and keys are chosen. */
#pragma once

#include "madoguchi/model/reply.h"

typedef struct {
  char *text;
  char *subject;      /* NULL: that of the thread */
  char **to;          /* addresses; none: who wrote last, as desk/recipient.h says */
  gboolean plain_ok;  /* in the clear to whom no key is known for */
  gboolean quote;     /* the newest mail of the recipient, below the text */
  gboolean together;  /* one mail to all of them, who see each other; otherwise one each */
  gboolean waiting;   /* the ticket waits for the recipient then */
  GPtrArray *files;   /* of MadoReplyFile: with their content */
} MadoReplyWish;

MADO_DECLARE_RECORD (MadoReplyWish, mado_reply_wish)
