/* overview.h: the queue in numbers: madoguchi.overview/1. */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  char *name;
  gint64 count;
} MadoShare;

typedef struct {
  gint64 now;
  GPtrArray *states;     /* of MadoShare: all incidents */
  GPtrArray *ages;       /* of MadoShare: unfinished ones, by the days since they came: "1", "3", "7", "30", "more" */
  GPtrArray *categories; /* of MadoShare: unfinished ones, the most frequent first; restricted ones as "restricted", none as "none" */
  GPtrArray *owners;     /* of MadoShare: unfinished ones; nobody's as "none" */
  GPtrArray *days;       /* of MadoShare: what came in on each of the last 30 days (UTC), "2026-11-21", oldest first */
} MadoOverview;

MADO_DECLARE_RECORD (MadoShare, mado_share)
MADO_DECLARE_RECORD (MadoOverview, mado_overview)
