/* json-clean.h: what may reach the JSON parser. One pass over the bytes, without a tree and without recursion, refuses what
 * is no JSON (RFC 8259) or too much of it, and writes a copy in which nothing is left that the parser misreads. Pure. */
#pragma once

#include <glib.h>

typedef struct {
  gsize bytes;  /* of the text */
  guint depth;  /* arrays and objects inside each other */
  guint values; /* of all texts together: strings, numbers, words, arrays, objects */
} MadoJsonLimits;

/* Deepest nesting that can be asked for. */
#define MADO_JSON_DEPTH_MAX 200
/* Most members of one object: its table of names is filled by the sender, and his names may all fall into one place. */
#define MADO_JSON_MEMBERS_MAX 500

/* What was mended. */
enum {
  MADO_JSON_MENDED_CONTROL = 1 << 0,   /* control characters in a string */
  MADO_JSON_MENDED_NUL = 1 << 1,       /* \u0000: U+FFFD */
  MADO_JSON_MENDED_SURROGATE = 1 << 2, /* half of a pair: U+FFFD */
  MADO_JSON_MENDED_NUMBER = 1 << 3,    /* a number that no machine word holds: a string */
};

typedef struct {
  GString *text;  /* JSON texts, one behind the other */
  GArray *ends;   /* of gsize: where each of them ends in @text */
  guint members;  /* of all objects together */
  guint values;   /* that were looked at, also behind the last whole text */
  guint mended;   /* flags */
  char *trouble;  /* why it goes no further, as the rest of a sentence; NULL: all was read */
} MadoJsonClean;

/* Reads @size bytes of @text (valid UTF-8): one JSON text, or several with blanks between them. What stood before the
 * trouble is in @clean, which must be cleared. */
void mado_json_clean (const char *text, gsize size, const MadoJsonLimits *limits, MadoJsonClean *clean);
void mado_json_clean_clear (MadoJsonClean *clean);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MadoJsonClean, mado_json_clean_clear)
