/* view-reply.h: an answer before it is sent, for people. Pure. */
#pragma once

#include "madoguchi/model/draft.h"
#include "madoguchi/model/reply-preview.h"

/* Appends @preview: for each recipient the key and why, what everybody on the way reads, what forbids it; then the text. */
void mado_view_reply (GString *out, guint columns, const MadoReplyPreview *preview);

/* Appends @draft: who wrote it, how it stands, whom it goes to, what it says. */
void mado_view_draft (GString *out, guint columns, const MadoDraft *draft);
