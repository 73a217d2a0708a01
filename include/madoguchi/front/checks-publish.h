/* checks-publish.h: does what the world is told of the team's key agree with the key in use? Looks at [publish] directory
 * and at the answer templates; asks nobody, and changes nothing. */
#pragma once

#include "madoguchi/front/checks.h"

/* Runs the checks on @conf, as of @now, and reports each. */
void mado_checks_publish (const MadoConf *conf, gint64 now, MadoCheckReport report, gpointer data);

/* (transfer full) the OpenPGP fingerprints that stand in @text, as one word or in groups of four, upper case; each once. */
char **mado_checks_find_fingerprints (const char *text);
