/* inline.h: finds the OpenPGP blocks that stand in a text (RFC 9580, 6.2 and 7). Pure: the bytes alone, each line
 * looked at once. A marker that is not at the start of its line is a quotation, never a block. */
#pragma once

#include <glib.h>

typedef enum {
  MADO_INLINE_OUTSIDE, /* any other text */
  MADO_INLINE_MESSAGE, /* "BEGIN PGP MESSAGE" */
  MADO_INLINE_SIGNED,  /* clear-signed text */
  MADO_INLINE_KEY,     /* public keys */
  MADO_INLINE_SECRET   /* secret keys */
} MadoInlineKind;

typedef struct {
  MadoInlineKind kind;
  gsize start, size;           /* in the text, with its marker lines */
  gsize text_start, text_size; /* of clear-signed text: what was signed, still with its dashes escaped */
  char *armor;                 /* the block alone, as an engine wants it; NULL outside */
  char *charset;               /* of the armour header "Charset", a token; nullable */
} MadoInlineBlock;

/* (transfer full) blocks (of MadoInlineBlock) and what is between them, in order and without a gap. At most @max
 * blocks are found. */
GPtrArray *mado_inline_find (const char *text, gsize size, guint max);

/* (transfer full) clear-signed text as a person reads it: without its escapes (RFC 9580, 7.2). */
GBytes *mado_inline_unescape (const char *text, gsize size);
