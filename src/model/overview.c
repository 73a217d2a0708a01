/* overview.c: see overview.h. */
#include "madoguchi/model/overview.h"

static const MadoField share_fields[] = {
  MADO_STRING (MadoShare, name),
  MADO_INT (MadoShare, count),
  MADO_FIELDS_END
};

const MadoRecordType mado_share_type = { "share", NULL, sizeof (MadoShare), share_fields };

static const MadoField overview_fields[] = {
  MADO_TIME (MadoOverview, now),
  MADO_LIST (MadoOverview, states, mado_share_type, 100),
  MADO_LIST (MadoOverview, ages, mado_share_type, 100),
  MADO_LIST (MadoOverview, categories, mado_share_type, 1000),
  MADO_LIST (MadoOverview, owners, mado_share_type, 1000),
  MADO_LIST (MadoOverview, days, mado_share_type, 100),
  MADO_FIELDS_END
};

const MadoRecordType mado_overview_type = { "overview", "madoguchi.overview/1", sizeof (MadoOverview), overview_fields };
