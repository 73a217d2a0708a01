/* store-index.h: the parts of the index of words that the store's own files need. */
#pragma once

#include "madoguchi/desk/store-sql.h"
#include "madoguchi/desk/store-words.h"

/* What a message says, opened. */
typedef struct {
  GArray *pieces; /* of MadoPiece */
  gpointer record; /* what they point into */
  const struct _MadoRecordType *type; /* of record; NULL: a string */
  char *author;
} MadoSaid;
void mado_said_clear (MadoSaid *said);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoSaid, mado_said_clear)

/* Opens the message @entry. One that cannot be read any more says nothing. Errors: TEMP. */
gboolean mado_store_load_said (MadoStore *store, gint64 entry, MadoSaid *said, GError **error);

/* Teaches the tokenizer to the database of @store, before anything looks at the index. Errors: TEMP. */
gboolean mado_store_teach_words (MadoStore *store, const MadoVault *vault, GError **error);

/* After the schema is there: finds out how far the index is. */
gboolean mado_store_open_words (MadoStore *store, GError **error);

/* Adds what came with this transaction. */
gboolean mado_store_index_new (MadoStore *store, GError **error);
