/* envelope.h: who handed us a mail, when, by which door, and for whom (RFC 5321, 2.3.1). */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  char *queue_id;    /* sixteen characters, see qid.h */
  gint64 received;   /* when the door took it */
  char *door;        /* "lmtp", "ingest" */
  char *client;      /* who connected, e.g. "unix" or "127.0.0.1"; NULL when not known */
  char *mail_from;   /* reverse-path without angle brackets; "" is the null sender */
  char **recipients; /* forward-paths that we accepted, +extension and all */
  gboolean smtputf8; /* the client said SMTPUTF8 (RFC 6531) */
} MadoEnvelope;

MADO_DECLARE_RECORD (MadoEnvelope, mado_envelope)
