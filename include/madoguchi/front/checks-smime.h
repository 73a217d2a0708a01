/* checks-smime.h: what `madoguchi doctor` looks at for S/MIME: gpgsm, the authorities that vouch, the lists of revoked
 * certificates. */
#pragma once

#include "madoguchi/front/checks.h"

/* Runs the checks on @conf and reports each. Changes nothing but a temporary directory. */
void mado_checks_smime (const MadoConf *conf, gint64 now, MadoCheckReport report, gpointer data);
