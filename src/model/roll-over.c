/* roll-over.c: see roll-over.h. */
#include "madoguchi/model/roll-over.h"

static const MadoField step_fields[] = {
  MADO_STRING (MadoRollOverStep, name),
  MADO_STRING (MadoRollOverStep, state),
  MADO_STRING (MadoRollOverStep, text),
  MADO_STRV (MadoRollOverStep, commands),
  MADO_FIELDS_END,
};
const MadoRecordType mado_roll_over_step_type = { "roll-over-step", NULL, sizeof (MadoRollOverStep), step_fields };

static const MadoField fields[] = {
  MADO_STRING (MadoRollOver, kind),
  { "old", MADO_FIELD_STRING, offsetof (MadoRollOver, old_key) },
  { "new", MADO_FIELD_STRING, offsetof (MadoRollOver, new_key) },
  MADO_INT (MadoRollOver, left),
  MADO_LIST (MadoRollOver, steps, mado_roll_over_step_type, 100),
  MADO_FIELDS_END,
};
const MadoRecordType mado_roll_over_type = { "roll-over", "madoguchi.roll-over/1", sizeof (MadoRollOver), fields };
