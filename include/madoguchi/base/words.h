/* words.h: what programs say to people, in their language (gettext). For help, tables and views on a terminal alone: JSON, logs, errors
 * that scripts read, mails and everything that is stored say the same in every language. A program that never calls mado_words_init ()
 * (every role) speaks English. */
#pragma once

#include <glib.h>
#include <libintl.h>

/* (static) the sentence in the reader's language; N_ only marks it, where no function can be called. po/extract finds both. */
#define _(text) gettext (text)
#define N_(text) (text)

/* Takes the language of the environment (LANGUAGE, LC_ALL, LC_MESSAGES, LANG). Called once, by main () or the like, before anything is
 * said. Numbers and times stay as they are in the C locale. */
void mado_words_init (void);

/* From now on everything is said in English: whoever prints JSON for scripts calls it. */
void mado_words_use_english (void);

/* (transfer full) @text, which was made from one of the sentences of the catalogue ("%s: no such ticket"), in the reader's language, with
 * the same values in it: so that what another process says (the keeper's refusals, what doctor found) needs no code. What stands before
 * ": " may be somebody's who said it on. A text that is none of ours stays as it is. */
char *mado_words_translate (const char *text);
