/* store-link.h: links between tickets that members made. Each is written down from both ends, so that both show it. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/incident.h"

/* (static, nullable) the kind that @name names ("related", "parent", "child", "duplicate"); the other end's of @kind. */
const char *mado_link_kind (const char *name);
const char *mado_link_reverse (const char *kind);

/* From now on @other is @kind (of mado_link_kind ()) to @incident, whatever it was before. Errors: NO when it would have two
 * parents, or a circle of them; one ticket; too many. */
gboolean mado_store_put_link (MadoStore *store, gint64 incident, gint64 other, const char *kind, const char *login, gint64 now,
                              GError **error);

/* Takes the link away. Errors: NO when there is none. */
gboolean mado_store_remove_link (MadoStore *store, gint64 incident, gint64 other, GError **error);

/* (transfer full) of MadoLink: all that is linked with @incident; parents first, then children. */
GPtrArray *mado_store_list_linked (MadoStore *store, gint64 incident, GError **error);

/* The links of @from become those of @into, which keeps what it has. A link that would make a circle of parents or a second
 * parent becomes "related"; one between the two ends. */
gboolean mado_store_move_links (MadoStore *store, gint64 from, gint64 into, GError **error);
