/* verb-view.h: views by their names, for list. */
#pragma once

#include "madoguchi/front/cli.h"

/* (transfer full) the arguments of the list that the member's view called @name says, or else the team's. Errors: NO, and the keeper's. */
GVariant *mado_view_find (MadoCli *cli, const char *name, GError **error);
