/* found.c: the fields of a line of `search`. */
#include "madoguchi/model/found.h"

static const MadoField found_fields[] = {
  MADO_STRING (MadoFound, ticket),
  MADO_STRING (MadoFound, number),
  MADO_STRING (MadoFound, state),
  MADO_STRING_MAX (MadoFound, subject, 65536),
  MADO_TIME (MadoFound, date),
  MADO_INT (MadoFound, message),
  MADO_STRING (MadoFound, where),
  MADO_STRING (MadoFound, snippet),
  MADO_INT (MadoFound, score),
  { "restricted", MADO_FIELD_BOOL, offsetof (MadoFound, is_restricted) },
  MADO_FIELDS_END,
};
const MadoRecordType mado_found_type = { "found", "madoguchi.search/1", sizeof (MadoFound), found_fields };
