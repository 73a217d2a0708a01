/* read.c: see read.h. */
#include "madoguchi/report/read.h"

#include "madoguchi/report/indicators.h"
#include "madoguchi/report/language.h"

void
mado_report_interpret (MadoReport *report, GPtrArray *stretches, const MadoConf *conf)
{
  const char *language = mado_language_guess (report->text);

  if (language == NULL)
    language = mado_language_guess (report->subject);
  g_free (report->language);
  report->language = g_strdup (language);
  mado_indicators_read (report, stretches, conf);
}
