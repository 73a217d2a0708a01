/* terms.h: text as it is searched: cut into words, compared without regard to width and case. Pure; knows nothing of mail.
 *
 * A word is a run of letters and digits (Unicode, after NFKC and case folding; "hxxp" is "http"). In scripts that are written
 * without blanks (Chinese, Japanese, Korean, Thai and their like) every character is a word of its own: a wide one.
 * Everything else stands between words. Two words are tight when they are written together: wide ones with nothing between
 * them but at most one line break (and marks of quoting after it), others with at most 8 bytes and no white space.
 *
 * A term of a search is found where its words follow one another, and those that are tight in the term are tight there, too.
 */
#pragma once

#include <glib.h>

#define MADO_WORD_MAX 256 /* bytes of a word; what is longer is cut */

typedef struct {
  gsize start, end; /* bytes of the text that it was made of */
  gsize at;         /* offset in MadoTerms.plain */
  guint length;     /* bytes there */
  gboolean is_tight; /* with the one before it */
  gboolean is_wide;
} MadoWord;

typedef struct {
  GString *plain; /* all words, one behind the other */
  GArray *list;   /* of MadoWord */
} MadoTerms;

/* (transfer full) the first @max words of @text (valid UTF-8; invalid bytes stand between words). */
MadoTerms *mado_terms_split (const char *text, gsize max);
void mado_terms_free (MadoTerms *words);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MadoTerms, mado_terms_free)

/* The place of @term in @text, from word @from on. @first: its first word there. An empty term is nowhere. */
gboolean mado_terms_find (const MadoTerms *text, const MadoTerms *term, guint from, guint *first);

/* Appends to @lines what an index keeps of a text: one form per line. Every word and every wide character (once in @seen, a
 * set of strings) stands for itself; two tight words of one kind also for both together. */
void mado_terms_add_forms (const MadoTerms *text, GHashTable *seen, GString *lines);

/* (transfer full) the forms that every text has in which @term is found: as few as tell most. */
char **mado_terms_list_needed (const MadoTerms *term);
