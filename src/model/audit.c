/* audit.c: the fields of a line of the audit. */
#include "madoguchi/model/audit.h"
#include "madoguchi/base/text.h"

#include <string.h>

#define MAX_VALUE 200

const char *const mado_audit_outcome_names[] = { "done", "begun", "refused", "failed", NULL };

static const MadoField fields[] = {
  MADO_INT (MadoAuditRecord, sequence),
  MADO_TIME (MadoAuditRecord, date),
  MADO_STRING (MadoAuditRecord, member),
  MADO_INT (MadoAuditRecord, uid),
  MADO_STRING (MadoAuditRecord, word),
  MADO_STRING (MadoAuditRecord, ticket),
  { "incident", MADO_FIELD_INT, offsetof (MadoAuditRecord, incident), .is_internal = TRUE },
  MADO_INT (MadoAuditRecord, version),
  MADO_ENUM (MadoAuditRecord, outcome, mado_audit_outcome_names),
  MADO_INT (MadoAuditRecord, times),
  MADO_MAP (MadoAuditRecord, details),
  { "veiled", MADO_FIELD_BOOL, offsetof (MadoAuditRecord, is_veiled) },
  { "erased", MADO_FIELD_BOOL, offsetof (MadoAuditRecord, is_erased) },
  MADO_FIELDS_END,
};
const MadoRecordType mado_audit_record_type = { "audit", "madoguchi.audit/1", sizeof (MadoAuditRecord), fields };

static const MadoField head_fields[] = {
  MADO_INT (MadoAuditHead, sequence),
  MADO_STRING (MadoAuditHead, mac),
  MADO_TIME (MadoAuditHead, date),
  MADO_STRING (MadoAuditHead, fingerprint),
  MADO_FIELDS_END,
};
const MadoRecordType mado_audit_head_type = { "audit-head", "madoguchi.audit-head/1", sizeof (MadoAuditHead), head_fields };

static const MadoField verdict_fields[] = {
  MADO_BOOL (MadoAuditVerdict, ok),
  MADO_INT (MadoAuditVerdict, rows),
  MADO_INT (MadoAuditVerdict, bad),
  MADO_STRING (MadoAuditVerdict, why),
  MADO_INT (MadoAuditVerdict, signed_rows),
  MADO_TIME (MadoAuditVerdict, signed_at),
  MADO_STRING (MadoAuditVerdict, signed_by),
  MADO_FIELDS_END,
};
const MadoRecordType mado_audit_verdict_type
    = { "audit-verdict", "madoguchi.audit-verdict/1", sizeof (MadoAuditVerdict), verdict_fields };

void
mado_audit_record_add (MadoAuditRecord *record, const char *name, const char *value)
{
  guint n = g_strv_length (record->details);

  if (value == NULL)
    return;
  g_autofree char *cut = g_strndup (value, MAX_VALUE);
  record->details = g_renew (char *, record->details, n + 3);
  record->details[n] = g_strdup (name);
  record->details[n + 1] = mado_text_escape_line (cut);
  record->details[n + 2] = NULL;
}
