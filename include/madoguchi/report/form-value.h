/* form-value.h: what stands behind a label of a form, and what it means. */
#pragma once

#include "madoguchi/report/form-template.h"

/* (transfer full, nullable) @text as it was meant: without blanks, fillers and brackets around it. NULL: nothing was filled
 * in ("なし", "N/A", "-", "[   ]"). */
char *mado_form_value_clean (const char *text, MadoFormKind kind);

/* (transfer full, nullable) the meaning of @value (nullable: left empty) for @item: RFC 3339, a choice's meaning or first
 * word, an address. @zone: seconds east of UTC, for times that name none. */
char *mado_form_value_meaning (const MadoFormItem *item, const char *value, int zone, MadoFormDates dates);

/* (transfer full) the addresses, names and URLs in @value, as written. */
char **mado_form_value_addresses (const char *value);
