/* body.h: which text a person would read, and the list of everything else. */
#pragma once

#include "madoguchi/mail/reading.h"

/* Fills text, text_charset, text_truncated and parts. Text comes from one scope only: what was decrypted is never
 * joined with what was not, or with what another layer held; the rest is listed as parts. */
void mado_body_read (MadoReading *reading);

/* (transfer none, nullable) the entity a path names. */
MadoEntity *mado_body_find (MadoReading *reading, const char *path);

/* (transfer full) @entity as the report lists it; @content: its decoded bytes. */
MadoPart *mado_body_describe (const MadoEntity *entity, GBytes *content);

/* Does a good signature cover @entity? */
gboolean mado_body_is_signed (const MadoEntity *entity);
