/* checks-roles.h: what `madoguchi doctor` says of the programs themselves: which of them runs, and whether what they share belongs to
 * whom it should. */
#pragma once

#include "madoguchi/front/checks.h"

/* Runs the checks on @conf and reports each. Where no role runs at all nothing is said of them: the keeper's own line does. */
void mado_checks_roles (const MadoConf *conf, MadoCheckReport report, gpointer data);
