/* store-view.h: views that members, or the team, gave names to; names and queries sealed. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/view.h"

/* (transfer full) of MadoView: those of @login (nullable: nobody's), and the team's; oldest first. */
GPtrArray *mado_store_list_views (MadoStore *store, const char *login, GError **error);

/* Keeps @view of @login (NULL: the team's) in the place of the one of that name, or as a new one. Errors: LIMIT (there are @most), TEMP. */
gboolean mado_store_put_view (MadoStore *store, const char *login, const MadoView *view, gint64 now, guint most, GError **error);

/* Forgets one. @count: (out) 0 when there was none. */
gboolean mado_store_remove_view (MadoStore *store, const char *login, const char *name, gint64 *count, GError **error);

/* All of @login are gone. */
gboolean mado_store_remove_views (MadoStore *store, const char *login, GError **error);
