/* read.c: see read.h. */
#include "madoguchi/report/read.h"

#include "madoguchi/report/language.h"

void
mado_report_interpret (MadoReport *report)
{
  const char *language = mado_language_guess (report->text);

  if (language == NULL)
    language = mado_language_guess (report->subject);
  g_free (report->language);
  report->language = g_strdup (language);
}
