/* roll-over.h: how far the team is on its way from one key to the next: madoguchi.roll-over/1. */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  char *name;      /* one word */
  char *state;     /* "ok"; "left": still to be done; "by-hand": nothing here can see whether it was done */
  char *text;      /* what is so, or what is to be done */
  char **commands; /* to be typed, in this order; lines for a file stand behind "#" */
} MadoRollOverStep;

typedef struct {
  char *kind;       /* "key": another key; "subkey": another encryption subkey of the same key; "none": nothing was begun */
  char *old_key;    /* JSON "old"; fingerprints; NULL: none */
  char *new_key;    /* JSON "new" */
  gint64 left;      /* steps still to be done */
  GPtrArray *steps; /* of MadoRollOverStep */
} MadoRollOver;

MADO_DECLARE_RECORD (MadoRollOverStep, mado_roll_over_step)
MADO_DECLARE_RECORD (MadoRollOver, mado_roll_over)
