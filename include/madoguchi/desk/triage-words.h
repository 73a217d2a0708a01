/* triage-words.h: finds many plain words in a text in one pass, whatever the text: its time grows with the text alone.
 * Pure. Words and texts are compared after NFKC and case folding, without regard to how lines were broken. */
#pragma once

#include <glib.h>

#define MADO_WORDS_NONE G_MAXUINT

/* (transfer full) @text (UTF-8) as it is compared: NFKC, case folded, every run of blanks and line ends as one blank, none
 * between two letters that no blank belongs between (Japanese). Works in pieces of bounded length, so that no text can make
 * it slow. */
char *mado_words_fold (const char *text);

typedef struct _MadoWords MadoWords;

/* (transfer full) a list without words. */
MadoWords *mado_words_new (void);
void mado_words_free (MadoWords *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoWords, mado_words_free)

/* Adds @word before the first search; the same word again has the same number. Returns its number, counted from 0, or
 * MADO_WORDS_NONE when nothing is left of it, or when it, or all of them together, are too long. */
guint mado_words_add (MadoWords *words, const char *word);

/* How many there are, and what one is as it is compared. */
guint mado_words_count (const MadoWords *words);
const char *mado_words_get (const MadoWords *words, guint number);

/* No more will be added. Must be called once, before the first search. */
void mado_words_seal (MadoWords *words);

/* Sets @bit in @found[number] for each word that stands in @folded (mado_words_fold ()). A word that begins or ends with a
 * letter or digit of ASCII begins or ends there in the text, too: "scan" is not in "scandal". */
void mado_words_find (const MadoWords *words, const char *folded, guint8 *found, guint8 bit);
