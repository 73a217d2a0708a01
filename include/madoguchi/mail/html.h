/* html.h: HTML as the text a person would read. Never fetches, never runs, never renders anything. */
#pragma once

#include <glib.h>

/* (transfer full, nullable) the text of @html (UTF-8): blocks on lines of their own, link targets kept as
 * "label <url>", images as their alt text, nothing of scripts, styles and heads. NULL when it has no tree. */
char *mado_html_to_text (const char *html);

/* The same without the elements "div" of @class. */
char *mado_html_to_text_without (const char *html, const char *class);
