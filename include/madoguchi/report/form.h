/* form.h: forms that people filled in become records; and what a template finds is shown to those who write one. */
#pragma once

#include "madoguchi/model/stretch.h"
#include "madoguchi/report/form-template.h"
#include "madoguchi/report/format.h"

/* Adds a record for each form in @stretch to @output. The text itself stays where it is: indicators are looked for in all
 * of it, and logs that somebody pasted are his statement like the rest. A form that says the same as one before (the other
 * half of multipart/alternative) is left out. @subject: (nullable) of the mail. @left: bytes of text that may still be
 * looked at; it is counted down. */
void mado_form_read (const MadoFormTemplates *templates, const MadoStretch *stretch, const char *subject, gsize *left,
                     MadoFormatOutput *output);

/* Fits MadoOpenContext.interpret: puts what the templates (@forms, MadoFormTemplates) find into the forms of @report, a
 * row for each template, and reads nothing else. */
void mado_form_study (MadoReport *report, MadoSource *source, const MadoConf *conf, gconstpointer forms);
