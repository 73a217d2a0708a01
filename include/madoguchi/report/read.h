/* read.h: what a finished report says beyond its mail: language, indicators, other teams' tickets, how far it may be
 * told. Called in the opener's child through MadoOpenContext.interpret. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/report.h"
#include "madoguchi/model/stretch.h"

/* Fills the fields of @report that come from its texts. @stretches: of MadoStretch. */
void mado_report_interpret (MadoReport *report, GPtrArray *stretches, const MadoConf *conf);
