/* form.h: what the template of a form finds in a text, for `madoguchi policy test-form`. Made in the child that reads
 * the mail; never stored. */
#pragma once

#include "madoguchi/model/record.h"

/* One item of a form that has its label in the text. */
typedef struct {
  char *name;    /* of the item in the template */
  char *place;   /* where it goes in a record: "source", "request"; NULL: nowhere but among the fields */
  char *label;   /* as written */
  char *value;   /* as written, lines joined; NULL: it was left empty */
  char *meaning; /* what was made of it: a time, the meaning of a choice, addresses; NULL: nothing */
  gint64 line;   /* of the label, the first line of the text is 1 */
} MadoFormFound;

/* One form, or what looks like one. */
typedef struct {
  char *template_name; /* JSON "template" */
  char *title;
  char *part;          /* of the mail */
  gint64 score;        /* labels that were found, and more for a line or a subject that names the form */
  gint64 labels;       /* that were found */
  gint64 needed;       /* labels that make it this form */
  gint64 filled;       /* labels with a value */
  gint64 first_line, last_line;
  char *decided;       /* a sentence: why it is this form, or why not */
  gboolean is_form;    /* JSON "matches": enough of it is there */
  gboolean is_chosen;  /* JSON "chosen": the best one for these lines: it becomes a record */
  gboolean is_quoted;  /* JSON "quoted": all of it stands in a quotation of a quotation */
  GPtrArray *found;    /* of MadoFormFound, JSON "fields" */
} MadoFormFit;

typedef struct {
  GPtrArray *matches; /* of MadoFormFit */
} MadoFormTest;

MADO_DECLARE_RECORD (MadoFormFound, mado_form_found)
MADO_DECLARE_RECORD (MadoFormFit, mado_form_fit)
MADO_DECLARE_RECORD (MadoFormTest, mado_form_test)
