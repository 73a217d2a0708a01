/* policy-trial.c: see policy-trial.h. */
#include "madoguchi/model/policy-trial.h"

#define LONG_TEXT 8192

static const MadoField change_fields[] = {
  MADO_STRING (MadoPolicyChange, field),
  MADO_STRING_MAX (MadoPolicyChange, now, LONG_TEXT),
  MADO_STRING_MAX (MadoPolicyChange, then, LONG_TEXT),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_change_type = { "change", NULL, sizeof (MadoPolicyChange), change_fields };

static const MadoField answer_fields[] = {
  MADO_STRING (MadoPolicyAnswer, answer),
  MADO_STRING (MadoPolicyAnswer, reason),
  MADO_STRING (MadoPolicyAnswer, when),
  { "template", MADO_FIELD_STRING, offsetof (MadoPolicyAnswer, template_name) },
  MADO_STRING (MadoPolicyAnswer, language),
  MADO_STRING (MadoPolicyAnswer, state),
  MADO_BOOL (MadoPolicyAnswer, encrypted),
  MADO_STRING (MadoPolicyAnswer, fingerprint),
  MADO_STRING_MAX (MadoPolicyAnswer, because, LONG_TEXT),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_answer_type = { "answer", NULL, sizeof (MadoPolicyAnswer), answer_fields };

static const MadoField trial_fields[] = {
  MADO_STRING (MadoPolicyTrial, ticket),
  MADO_STRING (MadoPolicyTrial, number),
  MADO_STRING (MadoPolicyTrial, rules_file),
  MADO_INT (MadoPolicyTrial, mails),
  MADO_INT (MadoPolicyTrial, left_out),
  MADO_LIST (MadoPolicyTrial, changes, mado_policy_change_type, 100),
  MADO_RECORD (MadoPolicyTrial, triage, mado_triage_type),
  MADO_RECORD (MadoPolicyTrial, answer, mado_policy_answer_type),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_trial_type = { "policy-trial", "madoguchi.policy-trial/1", sizeof (MadoPolicyTrial), trial_fields };
