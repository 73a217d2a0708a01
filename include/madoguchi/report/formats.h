/* formats.h: finds the structured reports in a mail and hands each to its reader. */
#pragma once

#include "madoguchi/conf/conf.h"
#include "madoguchi/model/report.h"
#include "madoguchi/model/source.h"
#include "madoguchi/report/form-template.h"

/* Fills the records of @report, and from the first of them kind, fields and category. @forms: nullable. Texts of fields are added to the
 * stretches of @source, and those of the parts that were understood are taken out: an indicator stands in a field then. */
void mado_formats_read (MadoReport *report, MadoSource *source, const MadoConf *conf, const MadoFormTemplates *forms);
