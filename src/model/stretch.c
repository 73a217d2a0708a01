/* stretch.c: the fields of a stretch. */
#include "madoguchi/model/stretch.h"

static const MadoField stretch_fields[] = {
  MADO_STRING (MadoStretch, part),
  MADO_INT (MadoStretch, offset),
  MADO_STRING_MAX (MadoStretch, text, MADO_STRETCH_TEXT_MAX),
  { "signed", MADO_FIELD_BOOL, offsetof (MadoStretch, is_signed) },
  MADO_BOOL (MadoStretch, is_evidence),
  MADO_BOOL (MadoStretch, is_prose),
  MADO_BOOL (MadoStretch, is_header),
  MADO_FIELDS_END,
};
const MadoRecordType mado_stretch_type = { "stretch", NULL, sizeof (MadoStretch), stretch_fields };
