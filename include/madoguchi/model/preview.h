/* preview.h: what `madoguchi policy preview` says of a mail: madoguchi.preview/1. */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  char *answer;        /* "none", "acknowledge"...: docs/answers.md */
  char *reason;        /* code of the rule that decided */
  char *when;          /* that rule in words */
  char *template_name; /* JSON "template"; NULL: no answer */
  char **variants;
  char *language;      /* NULL: all of the team's */
  char *recipient;
  char *encrypt_to;    /* fingerprint; NULL: signed in the clear */
  char *subject;
  char *body;
} MadoPreview;
MADO_DECLARE_RECORD (MadoPreview, mado_preview)
