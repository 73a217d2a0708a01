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
