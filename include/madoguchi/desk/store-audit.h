/* store-audit.h: the audit in the store: a chain, each row with a keyed hash over all its fields and the hash before.
 *
 * Who does not have the vault's key cannot change, add, remove or move a row without breaking the chain (audit-check.h finds the
 * place). Details are sealed, and hashed beside the chain's fields, so that they can be erased later and the chain still holds.
 * Called within transactions only. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/audit.h"

/* Appends @record; its sequence is chosen here. @is_change: its version is the incident's of now. Errors: TEMP. */
gboolean mado_store_add_audit (MadoStore *store, const MadoAuditRecord *record, gboolean is_change, GError **error);

/* What the gateway itself did to @incident (0: to none): like add_audit with a record without member. @name, @value: (nullable) a
 * detail. */
gboolean mado_store_add_act (MadoStore *store, const char *word, gint64 incident, const char *name, const char *value, gint64 now,
                             GError **error);

/* The version of @incident; 0: there is no such incident. */
gboolean mado_store_load_version (MadoStore *store, gint64 incident, gint64 *version, GError **error);

/* Which lines. */
typedef struct {
  gint64 incident;    /* 0: of all */
  const char *member; /* (nullable) */
  gint64 since;       /* 0: from the beginning */
  gint64 after;       /* only lines behind this one (older, since the newest stand first); 0: from the newest */
  gint64 limit;
} MadoAuditQuery;

/* (transfer full) of MadoAuditRecord, newest first. Details that do not open are left out. Errors: TEMP. */
GPtrArray *mado_store_list_audit (MadoStore *store, const MadoAuditQuery *query, GError **error);
