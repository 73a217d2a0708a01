/* checks-milter.h: what `madoguchi doctor` says of the door in the SMTP dialogue: does it answer, does it know our keys,
 * and does the Postfix of this machine ask it? */
#pragma once

#include "madoguchi/front/checks.h"

/* Runs the checks on @conf and reports each; without [intake] milter-listen there are none. */
void mado_checks_milter (const MadoConf *conf, MadoCheckReport report, gpointer data);
