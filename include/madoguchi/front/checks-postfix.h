/* checks-postfix.h: what `madoguchi doctor` says of the Postfix of this machine: does it take mail for the team, and bring it to us? */
#pragma once

#include "madoguchi/front/checks.h"

/* Runs the checks on @conf and reports each. Asks postconf(1) and postmap(1), and changes nothing. */
void mado_checks_postfix (const MadoConf *conf, MadoCheckReport report, gpointer data);
