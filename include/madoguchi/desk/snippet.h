/* snippet.h: some of a text around what was looked for. Pure. */
#pragma once

#include <glib.h>

/* (transfer full) at most @max bytes of @text around the bytes from @start to @end, whole characters on one line, with "..." where
 * something is left out. */
char *mado_snippet_make (const char *text, gsize start, gsize end, gsize max);
