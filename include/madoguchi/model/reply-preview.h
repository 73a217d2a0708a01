/* reply-preview.h: what a member is shown before an answer is sent: madoguchi.reply/1. */
#pragma once

#include "madoguchi/model/reply.h"

/* One recipient. */
typedef struct {
  char *address;
  char *encrypted_to; /* fingerprint; NULL: it goes signed in the clear, or not at all */
  char *key_source;   /* as in MadoKeyCandidate */
  char *why;          /* that key, in words; or why none */
  char *warning;      /* nobody vouches for the key...; NULL: nothing */
  char *problem;      /* why it cannot be sent as asked; NULL: it can */
  char *subject;      /* that the recipient reads */
  char **outside;     /* map: what everybody on the way can read, by field */
  GPtrArray *keys_considered; /* of MadoKeyCandidate, each with its reason */
} MadoReplyTo;

typedef struct {
  char *ticket;
  gint64 version;     /* of the ticket, for --if-version */
  GPtrArray *recipients; /* of MadoReplyTo */
  char *text;         /* with what is quoted */
  GPtrArray *files;   /* of MadoReplyFile, without their content */
  char **exposed;     /* sentences: what cannot be hidden */
  char *approval;     /* "no", "needed": another member has to approve it */
} MadoReplyPreview;

MADO_DECLARE_RECORD (MadoReplyTo, mado_reply_to)
MADO_DECLARE_RECORD (MadoReplyPreview, mado_reply_preview)
