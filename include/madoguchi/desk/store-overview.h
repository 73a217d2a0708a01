/* store-overview.h: the queue in numbers. */
#pragma once

#include "madoguchi/desk/store.h"
#include "madoguchi/model/overview.h"

/* (transfer full) how many incidents are how far, how old, about what and whose, at @now. What restricted ones are about is not
 * told. */
MadoOverview *mado_store_load_overview (MadoStore *store, gint64 now, GError **error);
