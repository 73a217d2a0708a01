/* indicators.h: the indicators of a report, from its subject, its texts and its structured fields. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/report.h"
#include "madoguchi/model/stretch.h"

/* Fills @report's indicators. @stretches: of MadoStretch. When a maximum of [indicators] was reached, the problems say so. */
void mado_indicators_read (MadoReport *report, GPtrArray *stretches, const MadoConf *conf);
