/* feed.c: the fields of a line of `feeds`. */
#include "madoguchi/model/feed.h"

static const MadoField feed_fields[] = {
  MADO_STRING (MadoFeed, queue_id), MADO_TIME (MadoFeed, received), MADO_STRING (MadoFeed, from),
  MADO_STRING (MadoFeed, format),   MADO_STRING (MadoFeed, organization), MADO_STRING (MadoFeed, domain),
  MADO_STRING (MadoFeed, report_id), MADO_TIME (MadoFeed, started), MADO_TIME (MadoFeed, ended),
  MADO_INT (MadoFeed, messages),    MADO_INT (MadoFeed, passed), MADO_INT (MadoFeed, failed),
  MADO_BOOL (MadoFeed, damaged),
  MADO_FIELDS_END,
};
const MadoRecordType mado_feed_type = { "feed", "madoguchi.feed/1", sizeof (MadoFeed), feed_fields };
