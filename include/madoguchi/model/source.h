/* source.h: what mail/ hands to report/ beside the report: the texts of a mail and the files in it. Lives only in the
 * child that reads the mail; it is never stored. */
#pragma once

#include "madoguchi/model/record.h"

/* One leaf of the mail, whatever it is. */
typedef struct {
  char *part;     /* path */
  char *type;     /* media type, lower case, as labelled */
  char *filename; /* decoded; NULL when it has none */
  char *charset;  /* as labelled; NULL when it is not */
  GBytes *bytes;  /* without its transfer encoding; not a copy */
  GBytes *header; /* the header of the part as it came; not a copy */
  gboolean is_feedback; /* a part of a multipart/report that calls itself a feedback report (RFC 5965) */
  gboolean is_signed;   /* covered by a good or good-untrusted signature */
  gboolean is_evidence; /* inside of a mail that was forwarded */
} MadoDocument;

/* (transfer full) an empty one. */
MadoDocument *mado_document_new (void);
void mado_document_free (MadoDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoDocument, mado_document_free)

typedef struct {
  GPtrArray *stretches; /* of MadoStretch: what people read, in the order of the parts */
  GPtrArray *documents; /* of MadoDocument, in the same order; they may not outlive the mail */
} MadoSource;

/* (transfer full) an empty one. */
MadoSource *mado_source_new (void);
void mado_source_free (MadoSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoSource, mado_source_free)
