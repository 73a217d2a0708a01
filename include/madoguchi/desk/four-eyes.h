/* four-eyes.h: must another member look at an answer before it is sent, and may this one be it? Pure. */
#pragma once

#include "madoguchi/model/draft.h"

/* @setting: [reply] approval. @tlp: (nullable) the mark of the ticket. */
gboolean mado_four_eyes_needed (const char *setting, const char *tlp);

/* May @login say yes to @draft as he read it, in @revision? Errors: NO (it does not wait for that, or was changed since),
 * DENIED (he wrote in it himself). */
gboolean mado_four_eyes_check (const MadoDraft *draft, gint64 revision, const char *login, GError **error);

/* @draft is changed by @login: it is another one now, and nobody's word on it counts any more. */
void mado_four_eyes_void (MadoDraft *draft, const char *login);
