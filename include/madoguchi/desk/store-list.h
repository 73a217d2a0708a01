/* store-list.h: which incidents stand in a list, found by the filter that leaves the fewest. */
#pragma once

#include "madoguchi/desk/store.h"

/* As a state: whatever is not finished. */
#define MADO_LIST_UNFINISHED "unfinished"

/* Which tickets; NULL: any. */
typedef struct {
  const char *state;     /* or MADO_LIST_UNFINISHED; "merged": those that are part of another one, which stand in no other list */
  const char *owner;     /* a login; "": nobody's */
  const char *priority, *tlp;
  const char *category;  /* or the part of one before the colon */
  const char *tag;
  const char *unread_by; /* a login that has not read all of it */
  gint64 due_until;      /* due at that time, or before; 0: any */
} MadoListFilter;

/* Where a page begins: after the incident @id, as it stood when it was last changed at @updated; 0, 0: at the beginning. It may
 * have gone up since: the page goes on where it was. */
typedef struct {
  gint64 id, updated;
} MadoListPlace;

/* (transfer full) SQL that selects the ids of one page in their order, newest activity first; what it asks for is bound by
 * MADO_LIST_TYPES and MADO_LIST_VALUES. @reader: as in store-need.h: what he may not read is found only by what its veil shows. */
char *mado_list_sql (MadoStore *store, const MadoListFilter *filter, const MadoListPlace *after, GError **error);

/* Its parameters: ?1 to ?13. */
#define MADO_LIST_TYPES "ssssssssiiiii"
#define MADO_LIST_VALUES(filter, reader, after, limit)                                                              \
  (filter)->state, (filter)->owner, (filter)->priority, (filter)->tlp, (reader), (filter)->category, (filter)->tag,   \
      (filter)->unread_by, (filter)->due_until, (gint64) ((after)->id != 0), (after)->updated, (after)->id, (limit)
