/* read.h: what a finished report says beyond its mail: structured formats, language, indicators, other teams' tickets, how far it may be
 * told. Called in the opener's child through MadoOpenContext.interpret. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/report.h"
#include "madoguchi/model/source.h"

/* Fills the fields of @report that come from what stands in the mail. Takes texts out of @source and adds others.
 * @forms: (nullable) the templates of forms, MadoFormTemplates (report/form-template.h). */
void mado_report_interpret (MadoReport *report, MadoSource *source, const MadoConf *conf, gconstpointer forms);
