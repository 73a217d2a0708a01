/* form-file.h: reads the text of one template of a form; every mistake is named with its line. */
#pragma once

#include "madoguchi/report/form-template.h"

/* (transfer full, nullable) the template in @text. @problems: sentences "PATH:LINE: what" are added; NULL is returned when
 * there was any. */
MadoFormTemplate *mado_form_file_parse (const char *name, const char *path, const char *text, GPtrArray *problems);

void mado_form_template_free (MadoFormTemplate *form);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoFormTemplate, mado_form_template_free)
