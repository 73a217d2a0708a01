/* checks-keys.h: what `madoguchi doctor` says of the team's own keys: whether they serve, when each part of them ends,
 * whether the agents have what they need, and whether what is published is what is in use. */
#pragma once

#include "madoguchi/front/checks.h"

/* Runs the checks on @conf, as of @now, and reports each. Changes nothing but a temporary directory. */
void mado_checks_keys (const MadoConf *conf, gint64 now, MadoCheckReport report, gpointer data);
