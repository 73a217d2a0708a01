/* store-schema.h: the tables, and how a store of an earlier version becomes one of this. For the store's own files.
 *
 * The steps are a list: each turns one schema into the next, in a transaction of its own, and is never changed once it was
 * released. The statements of a step may use what store-vault.h teaches, and are run without foreign keys, which are
 * checked before the step is kept.
 */
#pragma once

#include "madoguchi/desk/store-sql.h"

/* The schema that this version works with. */
int mado_schema_current (void);

/* Brings @store, which knows its vault, from its schema to @until (tests: an earlier one). Errors: CONF (a schema of a later
 * version, or rows that point to nothing), DENIED, TEMP. */
gboolean mado_schema_migrate (MadoStore *store, int until, GError **error);
