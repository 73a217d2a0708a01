/* html.h: HTML as the text a person would read. Never fetches, never runs, never renders anything. */
#pragma once

#include <glib.h>

/* What a reader should be told about a page; beside MADO_CHARSET_* (charset.h). */
enum {
  MADO_HTML_HIDDEN = 1 << 8, /* some of its text is hidden from those who see the page: it is shown as "[hidden: ...]" */
  MADO_HTML_ODD = 1 << 9     /* too deep or too much for the parser: its tags were taken out, and no more */
};

/* (transfer full) the text of @html (UTF-8): blocks on lines of their own, link targets as "label <url>" unless the label
 * is the target, images as their alt text, targets of forms and frames, nothing of scripts, styles and heads. */
char *mado_html_to_text (const char *html);

/* The same without the elements "div" of @class (nullable). @notes: (inout, optional) gets MADO_HTML_*. */
char *mado_html_to_text_without (const char *html, const char *class, guint *notes);
