/* triage.c: see triage.h. */
#include "madoguchi/model/triage.h"

#include <string.h>

#define MAX_REASON 8192

static const MadoField decision_fields[] = {
  MADO_STRING (MadoDecision, field),
  MADO_STRING_MAX (MadoDecision, value, MAX_REASON),
  MADO_STRING (MadoDecision, set_by),
  MADO_STRING (MadoDecision, rule),
  MADO_STRING_MAX (MadoDecision, because, MAX_REASON),
  MADO_LIST (MadoDecision, rule_event, mado_event_type, 64),
  MADO_LIST (MadoDecision, because_event, mado_event_type, 64),
  MADO_STRING (MadoDecision, queue_id),
  MADO_TIME (MadoDecision, date),
  { "current", MADO_FIELD_BOOL, offsetof (MadoDecision, is_current) },
  MADO_FIELDS_END,
};
const MadoRecordType mado_decision_type = { "decision", NULL, sizeof (MadoDecision), decision_fields };

static const MadoField triage_fields[] = {
  MADO_STRING (MadoTriage, ticket),
  MADO_STRING (MadoTriage, number),
  MADO_STRING (MadoTriage, category),
  MADO_MAP (MadoTriage, category_names),
  MADO_STRING (MadoTriage, priority),
  MADO_STRING (MadoTriage, owner),
  { "template", MADO_FIELD_STRING, offsetof (MadoTriage, template_name) },
  { "out_of_scope", MADO_FIELD_MAP, offsetof (MadoTriage, out_of_scope), .max = MAX_REASON },
  { "silent", MADO_FIELD_BOOL, offsetof (MadoTriage, is_silent) },
  MADO_STRV (MadoTriage, tags),
  MADO_STRV (MadoTriage, constituencies),
  MADO_LIST (MadoTriage, decisions, mado_decision_type, 10000),
  MADO_FIELDS_END,
};
const MadoRecordType mado_triage_type = { "triage", "madoguchi.triage/1", sizeof (MadoTriage), triage_fields };

const char *
mado_triage_get (char *const *map, const char *name)
{
  for (gsize i = 0; map != NULL && map[i] != NULL && map[i + 1] != NULL; i += 2)
    if (strcmp (map[i], name) == 0)
      return map[i + 1];
  return NULL;
}
