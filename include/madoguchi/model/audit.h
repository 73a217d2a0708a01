/* audit.h: one line of the audit: who asked the keeper for what, and what became of it: madoguchi.audit/1. */
#pragma once

#include "madoguchi/model/record.h"

typedef enum {
  MADO_AUDIT_DONE,
  MADO_AUDIT_BEGUN,   /* another process was asked to do it; what became of it is another line */
  MADO_AUDIT_REFUSED, /* not for who asked */
  MADO_AUDIT_FAILED   /* nothing was done: no such ticket, changed meanwhile, a disk that is full */
} MadoAuditOutcome;

extern const char *const mado_audit_outcome_names[]; /* NULL-terminated, in the order above */

typedef struct {
  gint64 sequence; /* from 1, without gaps */
  gint64 date;
  char *member;    /* login of who asked; NULL: the gateway itself */
  gint64 uid;      /* -1: the gateway itself */
  char *word;      /* of ipc/peer.h, or what the gateway did */
  char *ticket;    /* NULL: none */
  gint64 incident; /* its row; 0: none */
  gint64 version;  /* of the ticket: as it was read, or after the change; 0: none */
  MadoAuditOutcome outcome;
  gint64 times;    /* the same within the moment that readings are gathered in */
  char **details;  /* name, value, ...: what else was named. Never what a report says */
  gboolean is_erased; /* the details went with the ticket */
  gboolean is_veiled; /* the details are not for who asks */
} MadoAuditRecord;

MADO_DECLARE_RECORD (MadoAuditRecord, mado_audit_record)

/* Adds @name with @value (nullable: nothing is added), made fit for one line and cut to some hundred bytes. */
void mado_audit_record_add (MadoAuditRecord *record, const char *name, const char *value);

/* How far the audit went at some time: what the team's key signs, and what is given out: madoguchi.audit-head/1. */
typedef struct {
  gint64 sequence;   /* of the last row; there are as many rows */
  char *mac;         /* its hash: 64 digits */
  gint64 date;
  char *fingerprint; /* of the team's key that signed it; NULL: it was not looked at */
} MadoAuditHead;

MADO_DECLARE_RECORD (MadoAuditHead, mado_audit_head)

/* What a look at the whole audit found: madoguchi.audit-verdict/1. */
typedef struct {
  gboolean ok;
  gint64 rows;        /* that are what was written */
  gint64 bad;         /* the first one that is not, or is missing; 0: none, or it is not a row that is wrong */
  char *why;          /* NULL: nothing is wrong */
  gint64 signed_rows; /* up to this one a head vouches whose signature was checked now; 0: none */
  gint64 signed_at;
  char *signed_by;    /* fingerprint */
} MadoAuditVerdict;

MADO_DECLARE_RECORD (MadoAuditVerdict, mado_audit_verdict)
