/* retention.h: a ticket whose time is over: madoguchi.retention/1. */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  gint64 incident; /* its row */
  char *ticket;
  char *rule;      /* by which it goes */
  gint64 finished; /* last touched */
  gboolean held;   /* a hold forbids it */
  gboolean erased; /* it was erased now */
  char *why;       /* it was not; NULL: no reason */
} MadoExpired;

MADO_DECLARE_RECORD (MadoExpired, mado_expired)
