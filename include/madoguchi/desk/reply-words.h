/* reply-words.h: what a member is told about an answer before it is sent, recipient by recipient. Pure. */
#pragma once

#include "madoguchi/desk/settings.h"
#include "madoguchi/model/reply-preview.h"

/* (transfer full) a report that says nothing but who wrote it: for an address that wrote nothing here. */
MadoReport *mado_reply_words_blank (const char *address);

/* @to gets @reply together with others: all see each other, and the keys' ids. */
void mado_reply_words_join (MadoReplyTo *to, const MadoReply *reply);

/* (transfer full) why @reply is encrypted by that key, or by none. @report: (nullable) the mail that it answers. */
char *mado_reply_words_explain (const MadoDeskSettings *settings, const MadoReply *reply, const MadoReport *report);

/* (transfer full) @reply, whose key was chosen (or none), in words. @report: (nullable) the mail that it answers. @note:
 * (nullable) what key-step.h says of the key. @plain_ok: may it go in the clear? */
MadoReplyTo *mado_reply_words_describe (const MadoDeskSettings *settings, const MadoReply *reply, const MadoReport *report,
                                        const char *note, gboolean plain_ok);
