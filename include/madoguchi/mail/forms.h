/* forms.h: by which forms encryption and signatures come: one table of recognisers, by structure, never by a word
 * in the text. */
#pragma once

#include "madoguchi/model/report.h"
#include "madoguchi/mail/structure.h"

typedef struct {
  MadoProtocol protocol;
  MadoForm form;
  MadoOperation operation; /* decrypt or verify */
  MadoEntity *content;     /* the ciphertext, or what was signed; NULL: the form is broken */
  MadoEntity *signature;   /* the detached signature */
  const char *problem;     /* a sentence, when the form is broken or not opened by this version; nullable */
} MadoFormMatch;

/* Is @entity a cryptographic layer? */
gboolean mado_forms_recognise (MadoEntity *entity, MadoFormMatch *match);

/* (nullable) a sentence when leaf @entity holds something encrypted or signed that no layer stands for. */
const char *mado_forms_unopened (const MadoEntity *entity);
