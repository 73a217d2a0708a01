/* store-seals.h: every column that rests sealed, and whether what stands in them opens. For the store's own files and `doctor`.
 *
 * Who adds a sealed column adds it to the table; tests/unit/test-desk-store-seals.c finds columns that are neither there nor
 * named as being in the clear.
 */
#pragma once

#include "madoguchi/desk/store.h"

typedef struct {
  const char *table;
  const char *key;        /* an integer that pieces of the table are taken by; NULL: small, all at once */
  const char *row;        /* SQL: what names the row for seal () and unseal () */
  const char *columns[12];
  const char *wrong;      /* SQL, nullable: is a keyed hash not that of what is sealed beside it? */
} MadoSealedTable;

/* Ends with a table without name. */
extern const MadoSealedTable mado_sealed_tables[];

/* A round through all of them, which may take several steps; zero is its beginning. */
typedef struct {
  gint64 rows;          /* that were looked at since its beginning */
  gint64 damaged;       /* of which something did not open, or would not be found by its own hash */
  char *first;          /* the first of them: "message k0s4h788cn3n03hn"; NULL: none */
  gboolean is_complete; /* it is at its end; the next step begins another one */
  guint table;          /* where it goes on */
  gint64 after;
} MadoSeals;
void mado_seals_clear (MadoSeals *round);

/* Opens what is sealed for about @milliseconds. Errors: TEMP. */
gboolean mado_seals_check (MadoStore *store, gint64 milliseconds, MadoSeals *round, GError **error);
