/* quote.h: may an answer quote the mail that it answers, and how does that look? Pure.
 *
 * What came in the clear may be quoted. What was decrypted may only go back to the key that signed it: else whoever sends us
 * somebody else's ciphertext as his own would have us read it to him. So the signature must be good, stand inside the
 * encryption (nothing is encrypted once more inside of what was signed), and the answer must be encrypted to that very key. */
#pragma once

#include "madoguchi/model/reply.h"

/* May @reply, whose key was chosen, quote @report (nullable: there is no mail of the recipient)? Errors: NO, in words. */
gboolean mado_quote_check (const MadoReport *report, const MadoReply *reply, GError **error);

/* (transfer full) @text with the text of @report below it, each line marked. */
char *mado_quote_add (const char *text, const MadoReport *report);
