/* feed.h: a report of machines for machines, as members see it: madoguchi.feed/1, a line of `feeds --json`. */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  char *queue_id;     /* of its mail */
  gint64 received;
  char *from;         /* of the mail */
  char *format;       /* "dmarc" */
  char *organization; /* that made it */
  char *domain;       /* that it is about */
  char *report_id;
  gint64 started, ended;
  gint64 messages, passed, failed; /* that it counts */
  gboolean damaged; /* something of it does not belong there, or was changed in the store */
} MadoFeed;

MADO_DECLARE_RECORD (MadoFeed, mado_feed)
