/* draft.c: the fields of an answer that is not sent yet. */
#include "madoguchi/model/draft.h"

static const MadoField fields[] = {
  MADO_STRING (MadoDraft, name),
  MADO_STRING (MadoDraft, ticket),
  MADO_INT (MadoDraft, id),
  MADO_INT (MadoDraft, revision),
  MADO_STRING (MadoDraft, state),
  MADO_STRING (MadoDraft, author),
  MADO_STRV (MadoDraft, writers),
  MADO_TIME (MadoDraft, created),
  MADO_TIME (MadoDraft, updated),
  { "seen", MADO_FIELD_INT, offsetof (MadoDraft, seen), .is_internal = TRUE },
  MADO_RECORD (MadoDraft, wish, mado_reply_wish_type),
  MADO_STRING (MadoDraft, refused_by),
  MADO_STRING_MAX (MadoDraft, refused_reason, 65536),
  MADO_STRING (MadoDraft, conflict),
  MADO_FIELDS_END,
};
const MadoRecordType mado_draft_type = { "draft", "madoguchi.draft/1", sizeof (MadoDraft), fields };
