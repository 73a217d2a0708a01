/* policy-sheet.c: see policy-sheet.h. */
#include "madoguchi/model/policy-sheet.h"

#define LONG_TEXT (64 * 1024) /* a list of a constituency's networks, a setting */

static const MadoField setting_fields[] = {
  MADO_STRING (MadoPolicySetting, group),
  MADO_STRING (MadoPolicySetting, section),
  MADO_STRING (MadoPolicySetting, key),
  MADO_STRING (MadoPolicySetting, type),
  MADO_STRING_MAX (MadoPolicySetting, value, LONG_TEXT),
  { "default", MADO_FIELD_STRING, offsetof (MadoPolicySetting, fallback) },
  MADO_STRING (MadoPolicySetting, help),
  MADO_STRING (MadoPolicySetting, words),
  { "set", MADO_FIELD_BOOL, offsetof (MadoPolicySetting, is_set) },
  MADO_BOOL (MadoPolicySetting, differs),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_setting_type = { "setting", NULL, sizeof (MadoPolicySetting), setting_fields };

static const MadoField rule_fields[] = {
  MADO_STRING (MadoPolicyTriageRule, name),
  { "asks", MADO_FIELD_MAP, offsetof (MadoPolicyTriageRule, asks), .max = LONG_TEXT },
  { "decides", MADO_FIELD_MAP, offsetof (MadoPolicyTriageRule, decides), .max = LONG_TEXT },
  MADO_INT (MadoPolicyTriageRule, fired),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_triage_rule_type = { "rule", NULL, sizeof (MadoPolicyTriageRule), rule_fields };

static const MadoField matrix_fields[] = {
  MADO_STRING (MadoPolicyMatrixRow, impact),
  MADO_STRING (MadoPolicyMatrixRow, low),
  MADO_STRING (MadoPolicyMatrixRow, normal),
  MADO_STRING (MadoPolicyMatrixRow, high),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_matrix_row_type = { "matrix-row", NULL, sizeof (MadoPolicyMatrixRow), matrix_fields };

static const MadoField answer_fields[] = {
  MADO_STRING (MadoPolicyAnswerRule, reason),
  MADO_STRING (MadoPolicyAnswerRule, answer),
  MADO_STRING (MadoPolicyAnswerRule, when),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_answer_rule_type = { "answer-rule", NULL, sizeof (MadoPolicyAnswerRule), answer_fields };

static const MadoField texts_fields[] = {
  MADO_STRING (MadoPolicyTexts, directory),
  { "own", MADO_FIELD_BOOL, offsetof (MadoPolicyTexts, is_own) },
  MADO_STRV (MadoPolicyTexts, names),
  MADO_STRING (MadoPolicyTexts, problem),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_texts_type = { "texts", NULL, sizeof (MadoPolicyTexts), texts_fields };

static const MadoField due_fields[] = {
  MADO_STRING (MadoPolicyDue, about),
  MADO_STRING (MadoPolicyDue, answer),
  MADO_STRING (MadoPolicyDue, action),
  MADO_STRING (MadoPolicyDue, waiting),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_due_type = { "due", NULL, sizeof (MadoPolicyDue), due_fields };

static const MadoField kept_fields[] = {
  MADO_STRING (MadoPolicyKept, about),
  MADO_STRING (MadoPolicyKept, kept),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_kept_type = { "kept", NULL, sizeof (MadoPolicyKept), kept_fields };

static const MadoField category_fields[] = {
  MADO_STRING (MadoPolicyCategory, category),
  MADO_STRING (MadoPolicyCategory, title),
  MADO_MAP (MadoPolicyCategory, names),
  MADO_INT (MadoPolicyCategory, answer),
  MADO_INT (MadoPolicyCategory, action),
  MADO_INT (MadoPolicyCategory, waiting),
  MADO_STRING (MadoPolicyCategory, kept),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_category_type = { "category", NULL, sizeof (MadoPolicyCategory), category_fields };

static const MadoField permission_fields[] = {
  MADO_STRING (MadoPolicyPermission, word),
  MADO_STRV (MadoPolicyPermission, roles),
  MADO_STRING (MadoPolicyPermission, restricted),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_permission_type = { "permission", NULL, sizeof (MadoPolicyPermission), permission_fields };

static const MadoField sheet_fields[] = {
  MADO_STRING (MadoPolicySheet, file),
  MADO_TIME (MadoPolicySheet, read),
  { "changed", MADO_FIELD_BOOL, offsetof (MadoPolicySheet, is_changed) },
  MADO_LIST (MadoPolicySheet, settings, mado_policy_setting_type, 1000),
  MADO_STRING (MadoPolicySheet, rules_file),
  MADO_TIME (MadoPolicySheet, rules_read),
  { "rules_changed", MADO_FIELD_BOOL, offsetof (MadoPolicySheet, is_rules_changed) },
  MADO_LIST (MadoPolicySheet, rules, mado_policy_triage_rule_type, 2000),
  MADO_LIST (MadoPolicySheet, constituencies, mado_policy_triage_rule_type, 2000),
  MADO_INT (MadoPolicySheet, looked_at),
  MADO_LIST (MadoPolicySheet, matrix, mado_policy_matrix_row_type, 10),
  MADO_STRING (MadoPolicySheet, impact),
  MADO_STRING (MadoPolicySheet, urgency),
  MADO_LIST (MadoPolicySheet, answer_rules, mado_policy_answer_rule_type, 100),
  MADO_RECORD (MadoPolicySheet, templates, mado_policy_texts_type),
  MADO_RECORD (MadoPolicySheet, canned, mado_policy_texts_type),
  { "due_by_office_hours", MADO_FIELD_BOOL, offsetof (MadoPolicySheet, is_due_by_hours) },
  MADO_LIST (MadoPolicySheet, due, mado_policy_due_type, 1000),
  { "retention", MADO_FIELD_LIST, offsetof (MadoPolicySheet, kept), .max_items = 5000, .type = &mado_policy_kept_type },
  MADO_LIST (MadoPolicySheet, categories, mado_policy_category_type, 200),
  MADO_LIST (MadoPolicySheet, permissions, mado_policy_permission_type, 500),
  MADO_FIELDS_END,
};
const MadoRecordType mado_policy_sheet_record_type = { "policy", "madoguchi.policy/1", sizeof (MadoPolicySheet), sheet_fields };
