/* form-match.h: looks for forms in a text: which template fits, and what stands behind its labels. Linear in the text. */
#pragma once

#include "madoguchi/model/form.h"
#include "madoguchi/report/form-template.h"

/* Most bytes and lines of one text that are looked at, and most bytes of all texts of a mail. */
#define MADO_FORM_TEXT_MAX (1024 * 1024)
#define MADO_FORM_LINES_MAX 50000
#define MADO_FORM_MAIL_MAX (2 * 1024 * 1024)

/* (transfer full) what the templates find in @text: MadoFormFit, the best first; those that are chosen do not overlap.
 * @subject: (nullable) of the mail. What has no label of a template is left out. */
GPtrArray *mado_form_match_find (const MadoFormTemplates *templates, const char *text, const char *subject);

/* The index of a place's name in mado_form_place_names. */
MadoFormPlace mado_form_match_place (const MadoFormFound *found);
