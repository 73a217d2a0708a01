/* defang.h: the habits by which people keep addresses from being clicked (hxxp, [.], (dot), full-width letters...),
 * undone on a copy, with the way back: for every byte of the copy where it stood. Pure; each byte is looked at a
 * bounded number of times. Nothing here decides what is an indicator. */
#pragma once

#include <glib.h>

typedef struct {
  GString *text; /* the copy; not always valid as a whole where the original was not */
  GArray *from;  /* of guint32: byte n of the copy stands for the original's bytes from[n]... */
  GArray *to;    /* ... up to and without to[n] */
} MadoDefanged;

/* Makes an empty one, to be used for one line after the other. */
void mado_defanged_init (MadoDefanged *out);
void mado_defanged_clear (MadoDefanged *out);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoDefanged, mado_defanged_clear)

/* Replaces what is in @out by the copy of @size bytes of @line (UTF-8, no line end, below 4 GB). */
void mado_defang_line (MadoDefanged *out, const char *line, gsize size);

/* Full-width forms, kinds of dashes and spaces as the ASCII they stand for; every other character is itself. */
gunichar mado_defang_fold (gunichar c);
