/* search-text.h: what of a mail, a note or an answer is searched, piece by piece. Pure. The index and the look into what it
 * names take the same pieces, in the same order. */
#pragma once

#include "madoguchi/desk/query.h"
#include "madoguchi/model/reply.h"
#include "madoguchi/model/report.h"

typedef struct {
  MadoPlace place;
  const char *where; /* as in MadoFound */
  const char *text;  /* of the record that it was taken from */
} MadoPiece;

/* (transfer full) of MadoPiece; valid as long as the record. */
GArray *mado_search_text_of_report (const MadoReport *report);
GArray *mado_search_text_of_reply (const MadoReply *reply);
GArray *mado_search_text_of_note (const char *author, const char *text);
