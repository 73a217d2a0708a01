/* store-search.h: messages that answer a query. The index names those that may; each is opened and looked through before it
 * counts, so what is found is there, wherever the index came from. */
#pragma once

#include "madoguchi/desk/query.h"
#include "madoguchi/desk/store.h"
#include "madoguchi/model/found.h"

typedef struct {
  const MadoQuery *query;
  const char *member; /* who asks: what he may not read is not there; NULL: reads everything */
  gint64 below;       /* only messages before this one; 0: from the newest on */
  gint64 limit;
  gint64 until;       /* monotonic time in microseconds after which no further message is begun */
  gboolean by_rank;   /* the best of the index's first thousands instead of the newest */
} MadoSearch;

/* (transfer full) of MadoFound, newest first or best first. @next: where to go on (below); 0: that was all. */
GPtrArray *mado_store_search (MadoStore *store, const MadoSearch *search, gint64 *next, GError **error);

/* (transfer full, nullable) the ticket @number as something found: it was named itself. NULL without error: there is none. */
MadoFound *mado_store_search_ticket (MadoStore *store, const char *number, const char *member, GError **error);
