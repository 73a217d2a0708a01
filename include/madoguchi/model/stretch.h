/* stretch.h: one text of a mail as its reader sees it: what mail/ hands to report/ beside the report. Lives only in the
 * child that reads the mail; it is never stored. */
#pragma once

#include "madoguchi/model/record.h"

typedef struct {
  char *part;     /* path of the part; "subject"; "field NAME" of a structured report */
  gint64 offset;  /* where it begins in the text of that part, in bytes of UTF-8 */
  char *text;     /* visible characters only (mado_text_visible) */
  gboolean is_signed;   /* covered by a good or good-untrusted signature */
  gboolean is_evidence; /* of a mail that was forwarded: the reporter shows it, and does not say it */
  gboolean is_prose;    /* written for people: it may quote, and end with a signature block */
  gboolean is_header;   /* header fields of a forwarded mail */
} MadoStretch;

MADO_DECLARE_RECORD (MadoStretch, mado_stretch)

/* Longest text of a stretch; more is cut off. */
#define MADO_STRETCH_TEXT_MAX (16 * 1024 * 1024)
