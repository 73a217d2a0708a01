/* store-check.h: is the audit in the store what was written? Recomputes the chain from its first row, some rows at a time, so that
 * the keeper can answer others in between.
 *
 * Without signed heads it finds whatever somebody did who does not have the vault's key. With a head that was signed before, it finds
 * what was done to the rows up to it even by somebody who has. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/audit.h"

typedef struct _MadoStoreCheck MadoStoreCheck;

/* What was found. */
typedef struct {
  gint64 rows;  /* in the chain, as far as it holds */
  gint64 bad;   /* the first row that is not what was written; 0: none */
  char *why;    /* what is wrong with it; NULL: nothing */
} MadoStoreFinding;

/* (transfer full) @heads: of MadoAuditHead (transfer none, outlive it), to be found in the chain. */
MadoStoreCheck *mado_store_check_new (MadoStore *store, const GPtrArray *heads);
void mado_store_check_free (MadoStoreCheck *check);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoStoreCheck, mado_store_check_free)

/* Looks at up to @rows more. @finding: (transfer none) NULL while there is more to look at. Errors: TEMP. */
gboolean mado_store_check_step (MadoStoreCheck *check, guint rows, const MadoStoreFinding **finding, GError **error);

/* Keeps the signed @text of @head. Within a transaction. */
gboolean mado_store_add_head (MadoStore *store, const MadoAuditHead *head, const char *text, GError **error);

/* (transfer full) all heads that were kept, oldest first: of MadoAuditHead, unsigned as far as this goes. */
GPtrArray *mado_store_list_heads (MadoStore *store, GError **error);

/* (transfer full) the newest one's text and, in @head (transfer full), numbers; NULL without @error: none was signed yet. */
char *mado_store_last_head (MadoStore *store, MadoAuditHead **head, GError **error);

/* (transfer full) what a head of now would say. Errors: NO while there is no row. */
MadoAuditHead *mado_store_make_head (MadoStore *store, gint64 now, GError **error);
