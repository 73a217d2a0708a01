/* retention.c: the fields of a ticket whose time is over. */
#include "madoguchi/model/retention.h"

static const MadoField fields[] = {
  { "incident", MADO_FIELD_INT, offsetof (MadoExpired, incident), .is_internal = TRUE },
  MADO_STRING (MadoExpired, ticket),
  MADO_STRING (MadoExpired, rule),
  MADO_TIME (MadoExpired, finished),
  MADO_BOOL (MadoExpired, held),
  MADO_BOOL (MadoExpired, erased),
  MADO_STRING (MadoExpired, why),
  MADO_FIELDS_END,
};
const MadoRecordType mado_expired_type = { "expired", "madoguchi.retention/1", sizeof (MadoExpired), fields };
