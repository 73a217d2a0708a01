/* view.h: how text gets on a terminal.
 *
 * Two kinds of lines. Ours: our own words, numbers, fingerprints and dates; they start with a letter, a space or
 * "-". A stranger's: whatever a mail, a key or another member wrote; every such line, wrapped lines too, starts
 * with "| ", so that nothing a sender writes can look like a verdict of ours. Control characters, format
 * characters and bidirectional overrides are shown as <U+XXXX>, tabs as blanks.
 */
#pragma once

#include <glib.h>

#define MADO_VIEW_MARK "| "

/* Columns of the terminal on @fd, between 40 and 200; 120 when it is none. */
guint mado_view_columns (int fd);

/* Columns that @text takes on a terminal: wide characters two, combining ones none. */
guint mado_view_width (const char *text);

/* Appends @text (nullable) as lines of a stranger, wrapped to @columns. @label: (nullable) our word in front of
 * its first line, behind the mark: "| Subject: ...". */
void mado_view_stranger (GString *out, guint columns, const char *label, const char *text);

/* Appends one line of ours: @indent blanks, then the text. Never give it what a sender may choose. */
void mado_view_ours (GString *out, guint indent, const char *format, ...) G_GNUC_PRINTF (3, 4);

/* Appends @text on one line, cut or filled with blanks to exactly @columns. */
void mado_view_cell (GString *out, const char *text, guint columns);

/* (transfer full) @text if it is nothing but letters, digits and "-_.+/ #:" (a fingerprint, a type, a ticket), so
 * that it may stand in a line of ours; otherwise "?". For NULL "-". */
char *mado_view_word (const char *text);

/* (transfer full) the same with its name in the reader's language behind it, where it has another one: "open (...)". For words that are
 * typed as they are: states, priorities. */
char *mado_view_named (const char *word);
