/* indicator-line.h: what a line of a report is: the reporter's own words, a quotation, a header field that names only
 * machinery, or the block by which people sign. Pure; each line is looked at a bounded number of times. */
#pragma once

#include <glib.h>

typedef struct {
  gboolean is_prose;     /* may quote and be signed */
  gboolean is_evidence;  /* as a whole */
  gboolean is_forwarded; /* ... from a line on that says so */
  gsize signature;       /* where the block that signs begins; the text's size: there is none */
  guint skip;            /* lines of a block behind "-- " that are left */
  gboolean skips_quoted; /* ... was that block in a quotation? */
  int field;             /* of the header field that goes on */
} MadoLines;

/* Begins a text of @size bytes. */
void mado_lines_begin (MadoLines *lines, const char *text, gsize size, gboolean is_prose, gboolean is_evidence);

typedef struct {
  gsize start, end;     /* of the line: what may hold indicators */
  gboolean is_evidence;
} MadoLine;

/* Looks at the next line, which begins at @at in the text. FALSE: nothing in it is worth reading. */
gboolean mado_lines_next (MadoLines *lines, gsize at, const char *line, gsize size, MadoLine *out);
