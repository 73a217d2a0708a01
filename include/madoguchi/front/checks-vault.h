/* checks-vault.h: who can open the keys of the store, as the file beside it shows without being opened. */
#pragma once

#include "madoguchi/front/checks.h"

/* Runs the check on @conf and reports it. */
void mado_checks_vault (const MadoConf *conf, MadoCheckReport report, gpointer data);
