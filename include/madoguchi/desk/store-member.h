/* store-member.h: the members of the team in the store. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/member.h"

/* Was anybody ever a member? From then on only members may ask. Errors: TEMP. */
gboolean mado_store_has_members (MadoStore *store, gboolean *has_members, GError **error);

/* (transfer full) who has that @login, gone or not; NULL without @error: nobody ever had. */
MadoMember *mado_store_find_member (MadoStore *store, const char *login, GError **error);

/* (transfer full) of MadoMember, by login. */
GPtrArray *mado_store_list_members (MadoStore *store, GError **error);

/* Writes all of @member down, over what was there. */
gboolean mado_store_put_member (MadoStore *store, const MadoMember *member, GError **error);

/* How many administrators are there, and how many unfinished incidents does @login own? */
gboolean mado_store_count_administrators (MadoStore *store, gint64 *count, GError **error);
gboolean mado_store_count_owned (MadoStore *store, const char *login, gint64 *count, GError **error);
