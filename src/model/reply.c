/* reply.c: the fields of an answer. */
#include "madoguchi/model/reply.h"

static const MadoField file_fields[] = {
  MADO_STRING (MadoReplyFile, name),
  MADO_STRING (MadoReplyFile, type),
  MADO_INT (MadoReplyFile, size),
  MADO_STRING (MadoReplyFile, sha256),
  { "content", MADO_FIELD_STRING, offsetof (MadoReplyFile, content), .max = MADO_REPLY_FILE_MAX, .is_internal = TRUE },
  MADO_FIELDS_END,
};
const MadoRecordType mado_reply_file_type = { "reply-file", NULL, sizeof (MadoReplyFile), file_fields };

static const MadoField fields[] = {
  MADO_STRING (MadoReply, message_id),
  MADO_TIME (MadoReply, date),
  MADO_STRING (MadoReply, template_name),
  MADO_STRING (MadoReply, language),
  MADO_STRV (MadoReply, variants),
  MADO_STRING (MadoReply, reason),
  MADO_MAP (MadoReply, reasons),
  MADO_STRING (MadoReply, earlier),
  MADO_STRING (MadoReply, ticket),
  MADO_STRING (MadoReply, recipient),
  MADO_STRING (MadoReply, recipient_name),
  MADO_STRING (MadoReply, reply_to),
  MADO_STRING (MadoReply, in_reply_to),
  MADO_STRV (MadoReply, references),
  MADO_STRING_MAX (MadoReply, subject, 65536),
  MADO_STRING_MAX (MadoReply, text, MADO_REPLY_TEXT_MAX),
  MADO_STRING (MadoReply, encrypt_to),
  MADO_STRING (MadoReply, key_source),
  MADO_STRING (MadoReply, key_protocol),
  MADO_STRING_MAX (MadoReply, key_block, MADO_KEY_BLOCK_MAX),
  MADO_BOOL (MadoReply, may_look_up),
  MADO_STRV (MadoReply, unusable),
  MADO_LIST (MadoReply, candidates, mado_key_candidate_type, 100),
  MADO_STRV (MadoReply, external_ids),
  MADO_STRING (MadoReply, plain_template),
  MADO_STRING (MadoReply, plain_language),
  MADO_BOOL (MadoReply, is_plain_bare),
  MADO_STRV (MadoReply, plain_external_ids),
  MADO_BOOL (MadoReply, is_automatic),
  MADO_STRV (MadoReply, together),
  MADO_STRV (MadoReply, together_keys),
  MADO_STRING (MadoReply, author),
  MADO_LIST (MadoReply, files, mado_reply_file_type, 50),
  MADO_FIELDS_END,
};
const MadoRecordType mado_reply_type = { "reply", NULL, sizeof (MadoReply), fields };
