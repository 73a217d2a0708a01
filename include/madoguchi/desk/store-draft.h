/* store-draft.h: answers that are not sent yet, and the files that go with answers; both sealed. What is sent or discarded
 * leaves its row without content. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/draft.h"

/* Writes @draft of @incident: a new one when its id is 0, which is then set, and its name. What it has of files with content
 * takes the place of those that were there. Errors: TEMP. */
gboolean mado_store_put_draft (MadoStore *store, gint64 incident, MadoDraft *draft, gint64 now, GError **error);

/* (transfer full) one that is not done with; its files without content. NO: there is none in @incident. */
MadoDraft *mado_store_load_draft (MadoStore *store, gint64 incident, gint64 id, GError **error);

/* (transfer full) of MadoDraft: those that are not done with, oldest first. */
GPtrArray *mado_store_list_drafts (MadoStore *store, gint64 incident, GError **error);

/* (transfer full) of gint64: incidents that have such drafts. */
GArray *mado_store_list_drafted (MadoStore *store, GError **error);

/* It was sent, or discarded: @state. What it said is gone. */
gboolean mado_store_end_draft (MadoStore *store, gint64 id, const char *state, gint64 now, GError **error);

/* The contents of @files (of MadoReplyFile) of a draft. */
gboolean mado_store_fill_draft_files (MadoStore *store, gint64 draft, GPtrArray *files, GError **error);

/* The newest answer of @incident goes out with the contents of @files. */
gboolean mado_store_add_answer_files (MadoStore *store, gint64 incident, const GPtrArray *files, GError **error);
gboolean mado_store_fill_answer_files (MadoStore *store, gint64 answer, GPtrArray *files, GError **error);
/* It is sealed, or failed for good. */
gboolean mado_store_drop_answer_files (MadoStore *store, gint64 answer, GError **error);
