/* read.h: what a finished report says beyond its mail: language now, report forms and indicators later. Called in
 * the opener's child through MadoOpenContext.interpret. */
#pragma once

#include "madoguchi/model/report.h"

/* Fills the fields of @report that come from its text and parts. */
void mado_report_interpret (MadoReport *report);
