/* marking.h: the marks by which people say how far their words may go: TLP 2.0 and 1.0, PAP, as they are written, also in
 * full-width letters and katakana. Pure. */
#pragma once

#include "madoguchi/model/tlp.h"

typedef struct {
  MadoTlpLevel tlp; /* the strictest of all that was read */
  MadoTlpLevel pap;
} MadoMarking;

/* Reads @text (UTF-8). A text that names four colours explains the protocol and marks nothing; @is_subject: a subject
 * explains nothing. */
void mado_marking_read (MadoMarking *marking, const char *text, gboolean is_subject);
