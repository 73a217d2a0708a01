/* checks.h: what `madoguchi doctor` looks at from outside the roles: files, keys, agent, disk, clock, mail server. */
#pragma once

#include "madoguchi/front/cli.h"

typedef enum { MADO_CHECK_OK, MADO_CHECK_WARN, MADO_CHECK_FAIL } MadoCheckStatus;

/* @name: short, one word. @detail: plain words; may hold what a file or a key says. */
typedef void (*MadoCheckReport) (gpointer data, const char *name, MadoCheckStatus status, const char *detail);

/* Runs every check on @conf and reports each, in a fixed order. Changes nothing but a temporary directory. */
void mado_checks_run (const MadoConf *conf, const MadoCliHooks *hooks, MadoCheckReport report, gpointer data);
