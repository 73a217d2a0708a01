/* preview.c: the fields of a preview. */
#include "madoguchi/model/preview.h"

static const MadoField fields[] = {
  MADO_STRING (MadoPreview, answer),
  MADO_STRING (MadoPreview, reason),
  MADO_STRING (MadoPreview, when),
  { "template", MADO_FIELD_STRING, offsetof (MadoPreview, template_name) },
  MADO_STRV (MadoPreview, variants),
  MADO_STRING (MadoPreview, language),
  MADO_STRING (MadoPreview, recipient),
  MADO_STRING (MadoPreview, encrypt_to),
  MADO_STRING_MAX (MadoPreview, subject, 65536),
  MADO_STRING_MAX (MadoPreview, body, 1024 * 1024),
  MADO_FIELDS_END,
};
const MadoRecordType mado_preview_type = { "preview", "madoguchi.preview/1", sizeof (MadoPreview), fields };
