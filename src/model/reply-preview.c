/* reply-preview.c: the fields of what is shown before an answer is sent. */
#include "madoguchi/model/reply-preview.h"

static const MadoField to_fields[] = {
  MADO_STRING (MadoReplyTo, address),
  MADO_STRING (MadoReplyTo, encrypted_to),
  MADO_STRING (MadoReplyTo, key_source),
  MADO_STRING (MadoReplyTo, why),
  MADO_STRING_MAX (MadoReplyTo, warning, 65536),
  MADO_STRING_MAX (MadoReplyTo, problem, 65536),
  MADO_STRING_MAX (MadoReplyTo, subject, 65536),
  MADO_MAP (MadoReplyTo, outside),
  MADO_LIST (MadoReplyTo, keys_considered, mado_key_candidate_type, 100),
  MADO_FIELDS_END,
};
const MadoRecordType mado_reply_to_type = { "reply-to", NULL, sizeof (MadoReplyTo), to_fields };

static const MadoField fields[] = {
  MADO_STRING (MadoReplyPreview, ticket),
  MADO_INT (MadoReplyPreview, version),
  MADO_LIST (MadoReplyPreview, recipients, mado_reply_to_type, 100),
  MADO_STRING_MAX (MadoReplyPreview, text, MADO_REPLY_TEXT_MAX),
  MADO_LIST (MadoReplyPreview, files, mado_reply_file_type, 50),
  MADO_STRV (MadoReplyPreview, exposed),
  MADO_STRING (MadoReplyPreview, approval),
  MADO_FIELDS_END,
};
const MadoRecordType mado_reply_preview_type = { "reply-preview", "madoguchi.reply/1", sizeof (MadoReplyPreview), fields };
