/* form.c: the fields of what a template finds. */
#include "madoguchi/model/form.h"

#define VALUE_MAX 65536

static const MadoField form_found_fields[] = {
  { "field", MADO_FIELD_STRING, offsetof (MadoFormFound, name) },
  MADO_STRING (MadoFormFound, place),
  MADO_STRING (MadoFormFound, label),
  MADO_STRING_MAX (MadoFormFound, value, VALUE_MAX),
  MADO_STRING (MadoFormFound, meaning),
  MADO_INT (MadoFormFound, line),
  MADO_FIELDS_END,
};
const MadoRecordType mado_form_found_type = { "form-field", NULL, sizeof (MadoFormFound), form_found_fields };

static const MadoField form_match_fields[] = {
  { "template", MADO_FIELD_STRING, offsetof (MadoFormFit, template_name) },
  MADO_STRING (MadoFormFit, title),
  MADO_STRING (MadoFormFit, part),
  { "matches", MADO_FIELD_BOOL, offsetof (MadoFormFit, is_form) },
  { "chosen", MADO_FIELD_BOOL, offsetof (MadoFormFit, is_chosen) },
  { "quoted", MADO_FIELD_BOOL, offsetof (MadoFormFit, is_quoted) },
  MADO_INT (MadoFormFit, score),
  MADO_INT (MadoFormFit, labels),
  MADO_INT (MadoFormFit, needed),
  MADO_INT (MadoFormFit, filled),
  MADO_INT (MadoFormFit, first_line),
  MADO_INT (MadoFormFit, last_line),
  MADO_STRING (MadoFormFit, decided),
  { "fields", MADO_FIELD_LIST, offsetof (MadoFormFit, found), .max_items = 1000, .type = &mado_form_found_type },
  MADO_FIELDS_END,
};
const MadoRecordType mado_form_fit_type = { "form-match", NULL, sizeof (MadoFormFit), form_match_fields };

static const MadoField form_test_fields[] = {
  MADO_LIST (MadoFormTest, matches, mado_form_fit_type, 1000),
  MADO_FIELDS_END,
};
const MadoRecordType mado_form_test_type = { "form-test", "madoguchi.form-test/1", sizeof (MadoFormTest), form_test_fields };
