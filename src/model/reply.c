/* reply.c: the fields of an answer. */
#include "madoguchi/model/reply.h"

static const MadoField fields[] = {
  MADO_STRING (MadoReply, message_id),
  MADO_TIME (MadoReply, date),
  MADO_STRING (MadoReply, template_name),
  MADO_STRING (MadoReply, language),
  MADO_STRV (MadoReply, variants),
  MADO_STRING (MadoReply, reason),
  MADO_STRING (MadoReply, earlier),
  MADO_STRING (MadoReply, ticket),
  MADO_STRING (MadoReply, recipient),
  MADO_STRING (MadoReply, recipient_name),
  MADO_STRING (MadoReply, reply_to),
  MADO_STRING (MadoReply, in_reply_to),
  MADO_STRV (MadoReply, references),
  MADO_STRING_MAX (MadoReply, subject, 65536),
  MADO_STRING_MAX (MadoReply, text, 1024 * 1024),
  MADO_STRING (MadoReply, encrypt_to),
  MADO_STRING (MadoReply, key_source),
  MADO_STRING (MadoReply, key_protocol),
  MADO_STRING_MAX (MadoReply, key_block, MADO_KEY_BLOCK_MAX),
  MADO_BOOL (MadoReply, may_look_up),
  MADO_STRV (MadoReply, unusable),
  MADO_LIST (MadoReply, candidates, mado_key_candidate_type, 100),
  MADO_STRV (MadoReply, external_ids),
  MADO_STRING (MadoReply, plain_template),
  MADO_BOOL (MadoReply, is_plain_bare),
  MADO_STRV (MadoReply, plain_external_ids),
  MADO_BOOL (MadoReply, is_automatic),
  MADO_FIELDS_END,
};
const MadoRecordType mado_reply_type = { "reply", NULL, sizeof (MadoReply), fields };
