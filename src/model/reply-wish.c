/* reply-wish.c: the fields of what a member wants to send. */
#include "madoguchi/model/reply-wish.h"

#define MAX_RECIPIENTS 20

static const MadoField fields[] = {
  MADO_STRING_MAX (MadoReplyWish, text, MADO_REPLY_TEXT_MAX),
  MADO_STRING_MAX (MadoReplyWish, subject, 1000),
  { "to", MADO_FIELD_STRV, offsetof (MadoReplyWish, to), .max = 320, .max_items = MAX_RECIPIENTS },
  MADO_BOOL (MadoReplyWish, plain_ok),
  MADO_BOOL (MadoReplyWish, quote),
  MADO_BOOL (MadoReplyWish, together),
  MADO_BOOL (MadoReplyWish, waiting),
  MADO_LIST (MadoReplyWish, files, mado_reply_file_type, 50),
  MADO_FIELDS_END,
};
const MadoRecordType mado_reply_wish_type = { "reply-wish", NULL, sizeof (MadoReplyWish), fields };
