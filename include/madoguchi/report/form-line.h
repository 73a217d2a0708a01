/* form-line.h: one line of a form, taken apart: quotation, bullets, number, label, value.
 *
 * Labels are compared folded: NFKC, lower case, letters and digits alone, so that full-width signs, blanks between the
 * characters of a word, hyphens and the like do not matter. A line costs time in proportion to its first few hundred
 * bytes.
 */
#pragma once

#include <glib.h>

/* Most bytes of a label as written. */
#define MADO_FORM_LABEL_MAX 200

typedef struct {
  gsize start, end;       /* of the line in its text, without its line end */
  gsize body;             /* behind the marks of quotation */
  guint depth;            /* of quotation */
  char number[12];        /* "1-1" of "１－１．", "2" of "(2)" and of "②"; "" when it has none */
  gsize rest;             /* behind bullets and number */
  gsize label, label_end; /* a label that is known; equal when there is none */
  gsize value;            /* where the value begins, at most end */
  gconstpointer known;    /* what is known under that label; NULL: nothing */
} MadoFormLine;

/* (transfer full) @size bytes of @text as labels are compared. */
char *mado_form_fold (const char *text, gsize size);

/* Takes apart the line of @text from @start to @end. @labels: folded label to anything. */
void mado_form_line_read (MadoFormLine *line, const char *text, gsize start, gsize end, GHashTable *labels);

/* Is it nothing but signs, at least three: "-----"? */
gboolean mado_form_is_ruler (const char *text, gsize size);

/* Moves @start and @end of a piece of @text over the blanks, line feeds, "_" and "…" at its ends. */
void mado_form_trim (const char *text, gsize *start, gsize *end);

/* Is it nothing but blanks? */
gboolean mado_form_is_blank (const char *text, gsize size);

/* The character at @at, full-width ASCII as ASCII, all blanks as ' ' (but tabs as tabs); 0 from @end on. @next: behind
 * it. Bytes that are no UTF-8 read as U+FFFD. */
gunichar mado_form_char (const char *text, gsize at, gsize end, gsize *next);
