/* store-chain.h: what the audit's rows are bound together by. For the store's own files. */
#pragma once

#include "madoguchi/desk/store.h"

/* A row's fields, but for its hash. */
typedef struct {
  gint64 sequence, date;
  const char *login; /* (nullable) */
  gint64 uid;
  const char *word;
  gint64 incident, version;
  const char *outcome;
  gint64 times;
  const guint8 *digest; /* (nullable) of its details */
} MadoChainRow;

/* The last row's number and hash; 0 and zeros while there is none. */
gboolean mado_chain_end (MadoStore *store, gint64 *last, guint8 mac[MADO_VAULT_KEY_SIZE], GError **error);

/* The hash of @row behind a row with the hash @before. */
void mado_chain_mac (const MadoStore *store, const guint8 before[MADO_VAULT_KEY_SIZE], const MadoChainRow *row,
                     guint8 mac[MADO_VAULT_KEY_SIZE]);

/* The hash of the @details (as they are sealed) of row @sequence. */
void mado_chain_digest (const MadoStore *store, gint64 sequence, const char *details, guint8 digest[MADO_VAULT_KEY_SIZE]);

/* Writes down, sealed by a hash of its own, which row is the last: whoever cuts the end off would have to make this up, too. */
gboolean mado_chain_set_tip (MadoStore *store, gint64 last, const guint8 mac[MADO_VAULT_KEY_SIZE], GError **error);

/* Does what was written down name row @last with @mac? @last: 0 with zeros when there is no row. */
gboolean mado_chain_check_tip (MadoStore *store, gint64 last, const guint8 mac[MADO_VAULT_KEY_SIZE], gboolean *is_it, GError **error);
