/* merge.h: two tickets become one: what the one that is left shows. Called within a transaction. */
#pragma once

#include "madoguchi/desk/store.h"

/* Makes @from a part of @into, in the name of @member. @into keeps what its members decided; what they left open is decided as
 * in @from. It takes the stricter TLP, and is not done while @from was not. Where one is narrowed to named
 * members, it is to the same, where both are, to those named in both. Errors: NO when one of them is part of another ticket
 * already, both are the same, or its owner would not be named. */
gboolean mado_merge_tickets (MadoStore *store, gint64 from, gint64 into, const char *member, gint64 now, GError **error);
