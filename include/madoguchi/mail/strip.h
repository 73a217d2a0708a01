/* strip.h: the text of HTML that the parser is not given, because reading it would take for ever: tags go, entities are
 * read, link targets stay. One pass, no tree, no memory but the text. Called by html.h alone. */
#pragma once

#include <glib.h>

/* Appends the text of @html (@length bytes, UTF-8) to @out. Nothing is dropped but tags, comments, scripts and styles
 * that have an end. */
void mado_strip_append (const char *html, gsize length, GString *out);
