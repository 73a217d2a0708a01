/* checks-online.h: what the key directories of the team's domains give to anybody, compared with the key in use. Only on
 * request: it is the one check that asks somebody outside, through the sender. */
#pragma once

#include "madoguchi/front/checks.h"

/* Asks for each address of the team, by the running keeper, and reports on each. */
void mado_checks_online (const MadoConf *conf, MadoCheckReport report, gpointer data);
